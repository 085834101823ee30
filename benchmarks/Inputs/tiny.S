// The smallest object that has a segment of each kind: 32 bytes of read-only
// data, 4 of data, 48 of .eh_frame and 23 (x86-64) or 28 (AArch64) of code,
// which returns 1 + 7 + 1.
	.text
	.globl	fn
#ifdef __x86_64__
	.type	fn, @function
fn:
	.cfi_startproc
	movl	ro(%rip), %eax
	addl	rw(%rip), %eax
	addl	$1, %eax
	nop
	nop
	nop
	nop
	nop
	nop
	nop
	ret
	.cfi_endproc
#else
	.p2align 2
	.type	fn, %function
fn:
	.cfi_startproc
	adrp	x0, ro
	ldr	w0, [x0, #:lo12:ro]
	adrp	x1, rw
	ldr	w1, [x1, #:lo12:rw]
	add	w0, w0, w1
	add	w0, w0, #1
	ret
	.cfi_endproc
#endif
	.size	fn, .-fn

	.section .rodata, "a"
	.p2align 4
ro:	.long	1, 2, 3, 4, 5, 6, 7, 8

	.data
	.p2align 2
rw:	.long	7

	.section .note.GNU-stack, "", %progbits
