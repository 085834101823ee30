/* The object around which the adversary fills the address space. */
static const int Table[] = {2, 3, 5, 7, 11, 13, 17, 19};
int first(int I) { return Table[I & 7]; }
