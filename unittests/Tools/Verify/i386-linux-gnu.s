	.text
	.globl	main
main:
load:
	movl	value, %eax
call:
	calll	other
# rtdyld-check: decode_operand(call, 0) = other - next_pc(call)
	retl
	.section .text.other,"ax"
	.globl	other
other:
	retl
	.data
	.globl	value
value:
	.long	value
# rtdyld-check: *{4}value = value
	.long	main - .
# rtdyld-check: *{4}(value + 4) = (main - value - 4)[31:0]
