# Sections without contents, one of them over-aligned.
	.text
	.globl empty_text
empty_text:
	.section .rodata.nothing,"a"
	.balign 64
	.globl empty_rodata
empty_rodata:
	.data
	.globl empty_data
empty_data:
