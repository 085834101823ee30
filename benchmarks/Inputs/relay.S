// A function that calls the one that it is given, for exceptions to pass.
	.text
	.globl	fn
#ifdef __x86_64__
	.type	fn, @function
fn:
	.cfi_startproc
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	callq	*%rdi
	addq	$8, %rsp
	.cfi_adjust_cfa_offset -8
	ret
	.cfi_endproc
#else
	.p2align 2
	.type	fn, %function
fn:
	.cfi_startproc
	stp	x29, x30, [sp, #-16]!
	.cfi_def_cfa_offset 16
	.cfi_offset x29, -16
	.cfi_offset x30, -8
	blr	x0
	ldp	x29, x30, [sp], #16
	.cfi_restore x29
	.cfi_restore x30
	.cfi_def_cfa_offset 0
	ret
	.cfi_endproc
#endif
	.size	fn, .-fn
	.section .note.GNU-stack, "", %progbits
