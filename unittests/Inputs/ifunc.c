/* Each IFUNC gets a stub that RuntimeDyld reserves room for only once. */
static int one(void) { return 1; }
static int two(void) { return 2; }
static int three(void) { return 3; }
typedef int (*Function)(void);
static Function pick_one(void) { return one; }
static Function pick_two(void) { return two; }
static Function pick_three(void) { return three; }
int choose_one(void) __attribute__((ifunc("pick_one")));
int choose_two(void) __attribute__((ifunc("pick_two")));
int choose_three(void) __attribute__((ifunc("pick_three")));
int sum_of_ifuncs(void) {
  return choose_one() + 10 * choose_two() + 100 * choose_three();
}
