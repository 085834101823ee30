//===- GraphRecorder.h - Notes what JITLink has linked ----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_GRAPHRECORDER_H
#define JITSLAB_TOOLS_RTDYLD_GRAPHRECORDER_H

#include "JITLink/QuietPlugin.h"
#include "LoadedImage.h"
#include <functional>
#include <mutex>

namespace jitslab {

/// Writes down the sections of every graph, and audits it while its contents
/// can still be read as the linker has left them.
class GraphRecorder : public QuietPlugin {
public:
  using FirstAllocation = std::function<llvm::Error(uint64_t Address)>;

  /// From now on graphs are those of the user's objects; what was linked before
  /// belongs to the ORC runtime, and is not recorded. Calls \p First with an
  /// address of the first graph that has memory.
  void begin(FirstAllocation First);

  LoadedImage image() const;
  /// Of the object with this number in the image.
  llvm::Expected<AuditResult> audit(size_t Object) const;

  void modifyPassConfig(llvm::orc::MaterializationResponsibility &,
                        llvm::jitlink::LinkGraph &G,
                        llvm::jitlink::PassConfiguration &Config) override;

private:
  void record(llvm::jitlink::LinkGraph &G);

  mutable std::mutex Lock;
  bool Recording = false;
  FirstAllocation First;
  LoadedImage Image;
  std::vector<AuditResult> Audits;
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_GRAPHRECORDER_H
