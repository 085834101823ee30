	.text
	.globl	main
	.p2align 4
main:
load:
	movl	value(%rip), %eax
# rtdyld-check: decode_operand(load, 4) = value - next_pc(load)
call:
	callq	external
# rtdyld-check: decode_operand(call, 0) = stub_addr(x86_64-linux-gnu.o/.text, external) - next_pc(call)
got:
	movq	value@GOTPCREL(%rip), %rax
	retq
	.data
	.globl	value
value:
	.long	7
pointer:
	.quad	value
# rtdyld-check: *{4}value = 7
# rtdyld-check: *{8}pointer = value
# rtdyld-check: section_addr(x86_64-linux-gnu.o, .data) = value
