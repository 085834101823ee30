	.text
	.globl	main
	.p2align 2
main:
	blr
	.data
	.globl	value
	.p2align 2
value:
	.long	value
# rtdyld-check: *{4}value = value
