// A destructor that registers another one of its own at exit.
extern void *__dso_handle;
extern int __cxa_atexit(void (*)(void *), void *, void *);
extern void host_log(int);
static void late(void *Unused) {
  (void)Unused;
  host_log(-9);
}
__attribute__((destructor)) static void fini(void) {
  host_log(-8);
  __cxa_atexit(late, 0, &__dso_handle);
}
int fini_anchor = 1;
