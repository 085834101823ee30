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
# Symbols may lie before their sections and behind them.
before:
	movl	low+0x1000(%rip), %eax
# rtdyld-check: decode_operand(before, 4) = value - next_pc(before)
behind:
	movl	high-0x1000(%rip), %eax
# rtdyld-check: decode_operand(behind, 4) = value - next_pc(behind)
	retq
	.globl	low
low = value - 0x1000
	.globl	high
high = value + 0x1000
	.data
	.globl	value
value:
	.long	7
pointer:
	.quad	value
# rtdyld-check: *{4}value = 7
# rtdyld-check: *{8}pointer = value
# rtdyld-check: section_addr(x86_64-linux-gnu.o, .data) = value
