	.section __TEXT,__text,regular,pure_instructions
	.globl	_main
	.p2align 4, 0x90
_main:
load:
	movq	_value@GOTPCREL(%rip), %rax
# rtdyld-check: decode_operand(load, 4) = got_addr(x86_64-apple-macosx10.9.o/__text, _value) - next_pc(load)
store:
	movl	$7, _value(%rip)
call:
	callq	_external
# rtdyld-check: decode_operand(call, 0) = _external - next_pc(call)
	retq
	.section __DATA,__data
	.globl	_value
	.p2align 3
_value:
	.quad	_value
# rtdyld-check: *{8}_value = _value
	.quad	_main - _value
# rtdyld-check: *{8}(_value + 8) = _main - _value
.subsections_via_symbols
