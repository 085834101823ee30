/* Code, read-only data and data in one small object. */
static const int Constants[8] = {1, 2, 3, 4, 5, 6, 7, 8};
static int Variable = 7;
int tiny(int I) { return Constants[I & 7] + Variable; }
