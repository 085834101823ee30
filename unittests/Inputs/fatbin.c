/* Device code as nvcc embeds it: a section of its own that is found through an
   absolute pointer, here small and visible to other objects. */
__attribute__((section(".nv_fatbin"))) const unsigned char fatbin_image[256] = {
    [255] = 77};
struct wrapper {
  int Magic, Version;
  const void *Image;
  void *Unused;
};
__attribute__((section(".nvFatBinSegment"))) struct wrapper fatbin_wrapper = {
    0x466243b1, 1, fatbin_image, 0};
int fatbin_last(void) {
  struct wrapper *volatile Wrapper = &fatbin_wrapper;
  return ((const unsigned char *)Wrapper->Image)[255];
}
