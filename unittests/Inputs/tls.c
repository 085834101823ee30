static __thread int Local = 5;
int read_local(void) { return ++Local; }
