//===- Maps.h - What /proc/self/maps says -----------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_MAPS_H
#define JITSLAB_UNITTESTS_MAPS_H

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>

namespace jitslab {

/// The access rights of the mapping at \p Address as /proc/self/maps shows
/// them, such as "r-xp"; empty when nothing is mapped there.
inline std::string accessRightsAt(uintptr_t Address) {
  std::ifstream Maps("/proc/self/maps");
  for (std::string Line; std::getline(Maps, Line);) {
    unsigned long Begin = 0, End = 0;
    char Rights[5] = {};
    if (sscanf(Line.c_str(), "%lx-%lx %4s", &Begin, &End, Rights) == 3 &&
        Begin <= Address && Address < End)
      return Rights;
  }
  return {};
}

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_MAPS_H
