	.text
	.globl	main
	.p2align 2
main:
call:
	bl	other
	nop
	blr
	.globl	other
	.p2align 2
other:
	blr
	.data
	.globl	value
	.p2align 3
value:
	.quad	value
# rtdyld-check: *{8}value = value
	.long	value - .
