// A variable of each thread. JITLink knows the general dynamic model only,
// which -fPIC means for a variable that other objects may see.
thread_local int PerThread = 40;
extern "C" int next_per_thread() { return ++PerThread; }
