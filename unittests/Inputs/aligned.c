/* Alignments above the page size, in all three kinds of segments. */
#define BIG 65536
const int aligned_constants[4] __attribute__((aligned(BIG))) = {1, 2, 3, 4};
int aligned_data[4] __attribute__((aligned(2 * BIG))) = {5, 6, 7, 8};
__attribute__((aligned(BIG))) int aligned_code(int I) {
  return aligned_constants[I & 3] + aligned_data[I & 3];
}
