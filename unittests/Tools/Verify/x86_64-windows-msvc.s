	.text
	.globl	main
	.p2align 4, 0x90
main:
load:
	leaq	value(%rip), %rax
# rtdyld-check: decode_operand(load, 4) = value - next_pc(load)
call:
	callq	other
# rtdyld-check: decode_operand(call, 0) = other - next_pc(call)
	retq
	.globl	other
other:
	retq
	.data
	.globl	value
value:
	.quad	value
# rtdyld-check: *{8}value = value
	.secrel32 value
# rtdyld-check: *{4}(value + 8) = value - section_addr(x86_64-windows-msvc.o, .data)
