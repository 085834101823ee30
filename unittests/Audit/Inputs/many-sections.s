# More sections than the 16 bits of a symbol's st_shndx can tell.
	.altmacro
	.macro section_number number
	.section .many.\number,"a",@progbits
	.endm
	.set i, 0
	.rept 65300
	section_number %i
	.set i, i+1
	.endr

	.section .text.far,"ax",@progbits
	.long target - .

	.data
target:
	.quad 0
