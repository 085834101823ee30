	.section __TEXT,__text,regular,pure_instructions
	.globl	_main
	.p2align 4, 0x90
_main:
load:
	movl	_value, %eax
call:
	calll	_external
# rtdyld-check: decode_operand(call, 0)[31:0] = (_external - next_pc(call))[31:0]
	retl
	.section __DATA,__data
	.globl	_value
	.p2align 2
_value:
	.long	_value
# rtdyld-check: *{4}_value = _value
	.long	_main - _value
# rtdyld-check: *{4}(_value + 4) = (_main - _value)[31:0]
.subsections_via_symbols
