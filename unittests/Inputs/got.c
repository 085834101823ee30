/* A text larger than a page and a GOT of one entry: the GOT fits into what
   earlier objects left over, the text does not (numba issue 9001). */
extern int host_counter;
int read_counter(void) { return host_counter; }
__asm__(".text\n.balign 4\n.skip 12288\n");
