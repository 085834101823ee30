// One object of 4 MiB: 2 of code, 1 of read-only data, 1 of data.
#include "tiny.S"

	.text
	.fill	(2 << 20) - (. - fn), 1, 0x90
	.section .rodata, "a"
	.fill	(1 << 20) - (. - ro), 1, 0x5a
	.data
	.fill	(1 << 20) - (. - rw), 1, 0xa5
