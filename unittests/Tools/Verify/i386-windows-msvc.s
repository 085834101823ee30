	.text
	.globl	main
	.p2align 4, 0x90
main:
load:
	movl	value, %eax
call:
	calll	external
# rtdyld-check: decode_operand(call, 0)[31:0] = (external - next_pc(call))[31:0]
	retl
	.data
	.globl	value
value:
	.long	value + 4
# rtdyld-check: *{4}value = value + 4
	.long	other@imgrel
# rtdyld-check: *{4}(value + 4) = other - section_addr(i386-windows-msvc.o, .text)
	.secrel32 value
# rtdyld-check: *{4}(value + 8) = value - section_addr(i386-windows-msvc.o, .data)
	.text
	.globl	other
other:
	retl
