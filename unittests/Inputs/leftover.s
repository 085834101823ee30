# Data that ends shortly before a page boundary, for every page size: stock
# managers ask for a little more than that, and keep the rest of the last page
# for later objects.
	.text
	.globl leftover_text
leftover_text:
	.long 0
	.data
	.balign 16
	.globl leftover_data
leftover_data:
	.skip 65536 - 6
