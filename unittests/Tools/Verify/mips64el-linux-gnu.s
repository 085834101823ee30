	.text
	.globl	main
main:
	jr	$ra
	nop
	.data
	.globl	value
	.p2align 3
value:
	.quad	value
# rtdyld-check: *{8}value = value
