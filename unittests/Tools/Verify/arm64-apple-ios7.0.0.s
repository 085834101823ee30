	.section __TEXT,__text,regular,pure_instructions
	.globl	_main
	.p2align 2
_main:
page:
	adrp	x0, _value@PAGE
# rtdyld-check: decode_operand(page, 1) = (_value[32:12] - page[32:12])
low:
	ldr	x0, [x0, _value@PAGEOFF]
# rtdyld-check: decode_operand(low, 2) = _value[11:3]
# ARM64_RELOC_ADDEND before the relocation.
added:
	add	x1, x0, _value@PAGEOFF+8
# rtdyld-check: decode_operand(added, 2) = (_value + 8)[11:0]
call:
	bl	_other
# rtdyld-check: decode_operand(call, 0) = (_other - call)[27:2]
	ret
	.globl	_other
	.p2align 2
_other:
	ret
	.section __DATA,__data
	.globl	_value
	.p2align 3
_value:
	.quad	_value
# rtdyld-check: *{8}_value = _value
.subsections_via_symbols
