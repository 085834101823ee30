// The tiny object, with a function's name that has a number in it.
#define fn fn0000000
#include "tiny.S"
