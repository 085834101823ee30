	.text
	.globl	main
main:
	r0 = 0
	exit
	.data
	.globl	value
value:
	.quad	value
# rtdyld-check: *{8}value = value
