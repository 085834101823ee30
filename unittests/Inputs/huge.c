/* More data than the smallest window has room for. */
static char Data[9 << 20];
int huge(int I) { return ++Data[I]; }
