# Large data of the medium code model, 16 MiB of it zero, that code refers to by
# 64 bits; with NEAR also by distance.
  .text
  .globl large_add
  .type large_add, @function
large_add:                      # int large_add(long I, int X)
  movabsq $Zeros, %rax
  addl %esi, (%rax,%rdi,4)
  movl (%rax,%rdi,4), %eax
  ret
  .globl large_number
  .type large_number, @function
large_number:                   # int large_number(long I)
  movabsq $Pointer, %rax
  movq (%rax), %rax
  movl (%rax,%rdi,4), %eax
  ret
.ifdef NEAR
  leaq Numbers(%rip), %rax
.endif
  .section .lbss,"awl",@nobits
Zeros:
  .zero 16 << 20
  .section .ldata.Pointer,"awl"
Pointer:
  .quad Numbers
  .section .lrodata,"al"
  .globl large_numbers
large_numbers:
Numbers:
  .long 3, 1, 4, 1, 5
  .zero 16
  .section .note.GNU-stack,"",@progbits
