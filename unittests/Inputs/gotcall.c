/* -fno-plt: an indirect call and an indirect tail jump through the GOT. */
extern int low_function(int);
int call_low(int X) { return low_function(X) + 1; }
int jump_low(int X) { return low_function(X + 1); }
