	.text
	.globl	main
	.p2align 2
main:
page:
	adrp	x0, value
# rtdyld-check: decode_operand(page, 1) = (value[32:12] - page[32:12])
low:
	ldr	x0, [x0, :lo12:value]
# rtdyld-check: decode_operand(low, 2) = value[11:3]
call:
	bl	external
# rtdyld-check: decode_operand(call, 0) = (stub_addr(aarch64-windows-msvc.o/.text, external) - call)[27:2]
	ret
	.data
	.globl	value
	.p2align 3
value:
	.xword	value
# rtdyld-check: *{8}value = value
	.secrel32 value
# rtdyld-check: *{4}(value + 8) = value - section_addr(aarch64-windows-msvc.o, .data)
