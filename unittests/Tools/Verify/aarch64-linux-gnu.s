	.arch_extension lse
	.text
	.globl	main
	.p2align 2
main:
page:
	adrp	x0, value
# rtdyld-check: decode_operand(page, 1) = (value[32:12] - page[32:12])
low:
	ldr	w0, [x0, :lo12:value]
# rtdyld-check: decode_operand(low, 2) = value[11:2]
call:
	bl	external
# rtdyld-check: decode_operand(call, 0) = (stub_addr(aarch64-linux-gnu.o/.text, external) - call)[27:2]
	ret
atomic:
	ldadd	w0, w1, [x2]
	.data
	.globl	value
value:
	.word	7
	.xword	value
# rtdyld-check: *{8}(value + 4) = value
	.word	value - .
# rtdyld-check: *{4}(value + 12) = (value - (value + 12))[31:0]
