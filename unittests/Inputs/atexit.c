// Registers destructors at run time: its own, and a function of the host's.
extern void *__dso_handle;
extern int __cxa_atexit(void (*)(void *), void *, void *);
extern void host_log(int);
static void gone(void *Unused) {
  (void)Unused;
  host_log(-7);
}
int at_exit_own(void) { return __cxa_atexit(gone, 0, &__dso_handle); }
int at_exit_host(void (*Function)(void *), void *Argument) {
  return __cxa_atexit(Function, Argument, &__dso_handle);
}
