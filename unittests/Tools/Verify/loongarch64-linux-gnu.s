	.text
	.globl	main
	.p2align 2
main:
	ret
	.data
	.globl	value
	.p2align 3
value:
	.dword	value
# rtdyld-check: *{8}value = value
