//===- SizedStruct.h - Structs that grow with their header ------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A struct of the C interface begins with its size in the caller's header, and
/// a newer header only adds fields at its end.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CAPI_SIZEDSTRUCT_H
#define JITSLAB_CAPI_SIZEDSTRUCT_H

#include "CAPI.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cstring>

namespace jitslab {

/// No header will ever have a larger struct; whoever passes more has not set
/// the size. As in Linux's copy_struct_from_user, which takes up to a page.
inline constexpr size_t MaxStructSize = 4096;

/// True if a header may have a struct of this size. \p MinSize is that of the
/// first one. All end at multiples of their alignment, so no field is read in
/// part.
inline bool isStructSize(size_t Size, size_t MinSize) {
  return Size >= MinSize && Size <= MaxStructSize &&
         Size % alignof(size_t) == 0;
}

/// Refuses all other sizes.
inline llvm::Error checkStructSize(const char *Function, const char *Name,
                                   size_t Size, size_t MinSize) {
  if (isStructSize(Size, MinSize))
    return llvm::Error::success();
  return argumentError(Function, llvm::Twine(Name) + "::Size is " +
                                     llvm::Twine(Size) + "; set it to sizeof(" +
                                     Name + ")");
}

/// Sets a caller's struct of \p Size bytes to the defaults, which are zeros.
/// One that no header has is left alone.
template <typename T> void initializeStruct(T *Callers, size_t Size) {
  if (!Callers || Size < sizeof(Callers->Size) || Size > MaxStructSize)
    return;
  std::memset(reinterpret_cast<unsigned char *>(Callers), 0, Size);
  Callers->Size = Size;
}

/// Reads a caller's struct, of which \p Size bytes exist. Fields that its
/// header did not have become 0.
/// \returns false if it asks for something that this library does not know.
template <typename T> bool readStruct(T &Known, const T *Callers, size_t Size) {
  Known = T();
  std::memcpy(&Known, Callers, std::min(Size, sizeof(T)));
  const auto *Bytes = reinterpret_cast<const unsigned char *>(Callers);
  return Size <= sizeof(T) ||
         llvm::all_of(llvm::make_range(Bytes + sizeof(T), Bytes + Size),
                      [](unsigned char B) { return B == 0; });
}

/// Writes as much of \p Known as a caller's struct of \p Size bytes has fields
/// for, and 0 into fields that this library does not know.
template <typename T>
void writeStruct(T *Callers, size_t Size, const T &Known) {
  std::memcpy(Callers, &Known, std::min(Size, sizeof(T)));
  if (Size > sizeof(T))
    std::memset(reinterpret_cast<unsigned char *>(Callers) + sizeof(T), 0,
                Size - sizeof(T));
}

} // namespace jitslab

#endif // JITSLAB_CAPI_SIZEDSTRUCT_H
