	.text
	.globl	main
main:
high:
	lui	$2, %hi(value)
low:
	lw	$2, %lo(value)($2)
# rtdyld-check: decode_operand(high, 1) = ((value + 0x8000) >> 16)
	jr	$ra
	nop
	.data
	.globl	value
	.p2align 2
value:
	.word	value
# rtdyld-check: *{4}value = value
