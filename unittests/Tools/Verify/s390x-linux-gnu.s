	.text
	.globl	main
	.p2align 2
main:
	larl	%r1, value
	br	%r14
	.data
	.globl	value
	.p2align 3
value:
	.quad	value
# rtdyld-check: *{8}value = value
