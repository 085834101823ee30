	.text
	.globl	main
	.p2align 2
main:
	adrp	x0, value
	ret
	.data
	.globl	value
value:
	.xword	value
# rtdyld-check: *{8}value = value
	.word	7
# rtdyld-check: *{4}(value + 8) = 7
