	.syntax unified
	.text
	.globl	main
	.p2align 2
main:
low:
	movw	r0, :lower16:value
# rtdyld-check: decode_operand(low, 1) = value[15:0]
high:
	movt	r0, :upper16:value
# rtdyld-check: decode_operand(high, 2) = value[31:16]
	bx	lr
	.data
	.globl	value
	.p2align 2
value:
	.long	value
# rtdyld-check: *{4}value = value
