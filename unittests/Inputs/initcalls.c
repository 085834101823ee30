// A constructor that calls another object, and data that does not need it.
extern int call_nobody(void);
extern void host_log(int);
__attribute__((constructor)) static void call(void) {
  host_log(100);
  call_nobody();
}
int calls_anchor = 9;
