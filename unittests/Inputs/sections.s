# Forty sections, for tests that want a RuntimeDyld to know that many.
.irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19
.section .rodata.a\number, "a", %progbits
.byte \number
.section .rodata.b\number, "a", %progbits
.byte \number
.endr
.section .note.GNU-stack, "", %progbits
