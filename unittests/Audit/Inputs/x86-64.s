# A section for each relocation type, so that each can have its own place.
	.macro at type
	.section .text.\type,"ax",@progbits
	.endm

	at R_X86_64_8
	.byte target
	at R_X86_64_16
	.short target
	at R_X86_64_32
	.long target
	at R_X86_64_32S
	movl target, %eax
	at R_X86_64_64
	.quad target
	at R_X86_64_PC8
	.byte target - .
	at R_X86_64_PC32
	.long target - .
	at R_X86_64_PC64
	.quad target - .
	at R_X86_64_PLT32
	call target@PLT
	at R_X86_64_GOTPCREL
	.long target@GOTPCREL
	at R_X86_64_GOTPCRELX
	movl target@GOTPCREL(%rip), %eax
	at R_X86_64_REX_GOTPCRELX
	movq target@GOTPCREL(%rip), %rax
	at R_X86_64_GOTPC32
	leaq _GLOBAL_OFFSET_TABLE_(%rip), %rbx
	at R_X86_64_GOTPC64
	movabsq $_GLOBAL_OFFSET_TABLE_ - ., %r11
	at R_X86_64_GOTOFF64
	movabsq $target@GOTOFF, %rax

	at stub
	call elsewhere@PLT

	.section .eh_frame,"a",@progbits
	.long target - .

	.data
	.globl target
target:
	.quad 0
