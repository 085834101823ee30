// A section for each relocation type, so that each can have its own place.
	.macro at type
	.section .text.\type,"ax",@progbits
	.endm

	at R_AARCH64_ABS16
	.hword target
	at R_AARCH64_ABS32
	.word target
	at R_AARCH64_ABS64
	.xword target
	.ifndef WITHOUT_PREL16
	at R_AARCH64_PREL16
	.hword target - .
	.endif
	at R_AARCH64_PREL32
	.word target - .
	at R_AARCH64_PREL64
	.xword target - .
	at R_AARCH64_MOVW_UABS_G0_NC
	movk x0, #:abs_g0_nc:target
	at R_AARCH64_MOVW_UABS_G1_NC
	movk x0, #:abs_g1_nc:target
	at R_AARCH64_MOVW_UABS_G2_NC
	movk x0, #:abs_g2_nc:target
	at R_AARCH64_MOVW_UABS_G3
	movz x0, #:abs_g3:target
	at R_AARCH64_LD_PREL_LO19
	ldr x0, target
	at R_AARCH64_PLT32
	// Not as an expression, of which LLVM 23 has another form.
	.reloc ., R_AARCH64_PLT32, target
	.word 0
	at R_AARCH64_ADR_PREL_LO21
	adr x0, target
	at R_AARCH64_ADR_PREL_PG_HI21
	adrp x0, target
	at R_AARCH64_TSTBR14
	tbz x0, #1, target
	at R_AARCH64_CONDBR19
	b.eq target
	at R_AARCH64_JUMP26
	b target
	at R_AARCH64_CALL26
	bl target
	at R_AARCH64_ADR_GOT_PAGE
	adrp x0, :got:target
	at R_AARCH64_LD64_GOT_LO12_NC
	ldr x0, [x0, :got_lo12:target]
	at R_AARCH64_ADD_ABS_LO12_NC
	add x0, x0, :lo12:target
	at R_AARCH64_LDST8_ABS_LO12_NC
	ldrb w0, [x0, :lo12:target]
	at R_AARCH64_LDST16_ABS_LO12_NC
	ldrh w0, [x0, :lo12:target]
	at R_AARCH64_LDST32_ABS_LO12_NC
	ldr w0, [x0, :lo12:target]
	at R_AARCH64_LDST64_ABS_LO12_NC
	ldr x0, [x0, :lo12:target]
	at R_AARCH64_LDST128_ABS_LO12_NC
	ldr q0, [x0, :lo12:target]

	at stub
	bl elsewhere
	at stubbehind
	bl elsewhere + 8

	.section .eh_frame,"a",@progbits
	.word target - .

	.data
	.globl target
target:
	.xword 0
