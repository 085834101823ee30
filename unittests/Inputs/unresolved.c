extern int nobody_defines_this(void);
int call_nobody(void) { return nobody_defines_this(); }
