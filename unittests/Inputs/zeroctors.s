# Places for constructors and destructors that are filled with nothing.
        .section .ctors.1, "aw", %nobits
        .balign 8
        .zero 16
        .section .dtors.1, "aw", %nobits
        .balign 8
        .zero 16
        .data
        .globl zero_ctors
zero_ctors:
        .long 7
        .section .note.GNU-stack, "", %progbits
