/* A variable without a byte, alone in its section. */
struct empty {};
static struct empty Nothing;
struct empty *empty_struct(void) { return &Nothing; }
