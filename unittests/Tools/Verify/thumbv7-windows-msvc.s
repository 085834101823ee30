	.syntax unified
	.text
	.thumb
	.globl	main
	.p2align 2
	.def main
	.scl 2
	.type 32
	.endef
	.thumb_func
main:
address:
	movw	r0, :lower16:value
# rtdyld-check: decode_operand(address, 1) = value[15:0]
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
	.secrel32 value
# rtdyld-check: *{4}(value + 4) = value - section_addr(thumbv7-windows-msvc.o, .data)
