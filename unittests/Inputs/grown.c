/* Little data, but each copy of it starts a slab, so that an arena has to grow
   without much memory. */
static int Data[100] __attribute__((aligned(2 << 20)));
int grown(int I) { return ++Data[I]; }
