//===- zlib-roundtrip.c - Compress and restore a file ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A program for the loader: compresses a file in memory, restores it, and
/// compares. The work is zlib's, whose objects are loaded with this one.
///
//===----------------------------------------------------------------------===//

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

// The contents of a file, to be freed; null after a message when it cannot be
// read.
static unsigned char *readFile(const char *Path, size_t *Size) {
  FILE *File = fopen(Path, "rb");
  unsigned char *Data = NULL;
  size_t Room = 0;
  *Size = 0;
  while (File && !feof(File) && !ferror(File)) {
    if (*Size == Room) {
      Room = Room ? 2 * Room : 1 << 16;
      unsigned char *Larger = realloc(Data, Room);
      if (!Larger)
        break;
      Data = Larger;
    }
    *Size += fread(Data + *Size, 1, Room - *Size, File);
  }
  if (!File || ferror(File) || !feof(File)) {
    perror(Path);
    free(Data);
    Data = NULL;
  }
  if (File)
    fclose(File);
  return Data;
}

static int fail(const char *What, int Code) {
  printf("zlib-roundtrip: %s failed (%d)\n", What, Code);
  return 1;
}

static int roundTrip(const unsigned char *Data, size_t Size) {
  uLongf PackedSize = compressBound(Size), RestoredSize = Size;
  unsigned char *Packed = malloc(PackedSize);
  unsigned char *Restored = malloc(Size + 1);
  int Result = 1;
  if (Packed && Restored) {
    int Packing = compress2(Packed, &PackedSize, Data, Size, 9);
    int Restoring = Packing;
    if (Packing == Z_OK)
      Restoring = uncompress(Restored, &RestoredSize, Packed, PackedSize);
    if (Packing != Z_OK) {
      Result = fail("compressing", Packing);
    } else if (Restoring != Z_OK) {
      Result = fail("restoring", Restoring);
    } else {
      uLong Before = crc32(0, Data, Size);
      uLong After = crc32(0, Restored, RestoredSize);
      int Same = RestoredSize == Size && Before == After &&
                 memcmp(Data, Restored, Size) == 0;
      printf("zlib-roundtrip: %zu bytes, compressed %lu, restored %lu, crc32 "
             "%08lx and %08lx: %s\n",
             Size, PackedSize, RestoredSize, Before, After,
             Same ? "identical" : "DIFFERENT");
      Result = !Same;
    }
  } else {
    Result = fail("allocating memory", Z_MEM_ERROR);
  }
  free(Packed);
  free(Restored);
  return Result;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: %s FILE\n", argv[0]);
    return 1;
  }
  size_t Size;
  unsigned char *Data = readFile(argv[1], &Size);
  if (!Data)
    return 1;
  int Result = roundTrip(Data, Size);
  free(Data);
  return Result;
}
