# The section begins where suits the first one; the second one needs 4 MiB, more
# than anybody guesses.
.comm aligned_first,16,4
.comm aligned_second,16,4194304
.text
.globl aligned_text
aligned_text:
  .byte 0
