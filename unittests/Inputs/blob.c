/* 4 MiB of data that is referred to by absolute address only, or also by
   distance. */
#define BLOB_SIZE (4 << 20)
static const unsigned char Blob[BLOB_SIZE] = {1, 2, 3, [BLOB_SIZE - 1] = 99};
const unsigned char *volatile BlobPointer = Blob;
int blob_at(int I) { return BlobPointer[I]; }
const void *blob_address(void) { return BlobPointer; }
#ifdef REFER_BY_DISTANCE
int blob_direct(int I) { return Blob[I]; }
#endif
