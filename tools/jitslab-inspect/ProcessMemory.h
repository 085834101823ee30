//===- ProcessMemory.h - The memory of a process or core file ---*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_INSPECT_PROCESSMEMORY_H
#define JITSLAB_TOOLS_INSPECT_PROCESSMEMORY_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>
#include <string>
#include <vector>

namespace jitslab {

/// A file that is mapped from its beginning.
struct MappedFile {
  uint64_t Begin = 0;
  std::string Path;
};

/// Opens a file that a process has or has mapped. Null if there is no such
/// file, or it is a device or a pipe, whose reading may not end.
std::unique_ptr<llvm::MemoryBuffer> openFile(const std::string &Path);

/// Reads the memory of a process that goes on, or that has left a core file.
class ProcessMemory {
public:
  virtual ~ProcessMemory();

  /// \returns false if some of it cannot be read.
  virtual bool read(uint64_t Address, llvm::MutableArrayRef<char> To) const = 0;
  template <typename T> bool readInto(uint64_t Address, T &To) const {
    return read(Address, {reinterpret_cast<char *>(&To), sizeof(T)});
  }

  const std::vector<MappedFile> &files() const { return Files; }
  /// "process 123" or "core file x".
  const std::string &name() const { return Name; }
  /// Where the process would have the map file of its code that perf reads;
  /// empty if that is not known.
  const std::string &perfMap() const { return PerfMap; }

protected:
  std::vector<MappedFile> Files;
  std::string Name, PerfMap;
};

/// Opens the process whose number \p Text is, or the core file of this name.
/// Fails with a message that says what to do.
llvm::Expected<std::unique_ptr<ProcessMemory>>
openProcess(const std::string &Text);

/// The two ways.
llvm::Expected<std::unique_ptr<ProcessMemory>> openLive(int PID);
llvm::Expected<std::unique_ptr<ProcessMemory>>
openCore(const std::string &Path);

} // namespace jitslab

#endif // JITSLAB_TOOLS_INSPECT_PROCESSMEMORY_H
