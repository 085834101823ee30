	.syntax unified
	.section __TEXT,__text,regular,pure_instructions
	.globl	_main
	.p2align 1
	.code 16
	.thumb_func _main
_main:
# ARM_RELOC_HALF_SECTDIFF, each with the other half in an ARM_RELOC_PAIR.
	movw	r0, :lower16:(_value-(pc+4))
	movt	r0, :upper16:(_value-(pc+4))
pc:
	add	r0, pc
	bx	lr
	.section __DATA,__data
	.globl	_value
	.p2align 2
_value:
	.long	_value
# rtdyld-check: *{4}_value = _value
.subsections_via_symbols
