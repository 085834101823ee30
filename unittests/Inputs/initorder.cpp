// Constructors and destructors of each kind and priority.
extern "C" void host_log(int Event);
extern "C" {
__attribute__((constructor)) void init_plain() { host_log(3); }
__attribute__((constructor(200))) void init_late() { host_log(2); }
__attribute__((constructor(101))) void init_early() { host_log(1); }
__attribute__((destructor)) void fini_plain() { host_log(-3); }
__attribute__((destructor(200))) void fini_late() { host_log(-2); }
__attribute__((destructor(101))) void fini_early() { host_log(-1); }
static void old_first() { host_log(5); }
static void old_second() { host_log(4); }
static void old_fini() { host_log(-4); }
// The last one runs first.
__attribute__((section(".ctors"), used)) void (*const Old[])() = {old_first,
                                                                  old_second};
__attribute__((section(".dtors"), used)) void (*const OldFini[])() = {old_fini};
int init_anchor = 7;
}
