//===- MapJSON.cpp - The map for programs ---------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MemoryMap.h"
#include "llvm/Support/JSON.h"

using namespace llvm;

namespace jitslab {

// Names come from files, which may hold anything.
static std::string text(StringRef Bytes) { return json::fixUTF8(Bytes); }

static void printUse(json::OStream &J, const RelocationUse &Use) {
  J.attribute("type", text(Use.Type));
  J.attribute("target", text(Use.Target));
  J.attribute("section", text(Use.Section));
  J.attribute("offset", int64_t(Use.Offset));
  J.attribute("distance", Use.Distance);
  J.attribute("min", Use.Min);
  J.attribute("max", Use.Max);
}

void printProblem(json::OStream &J, const RelocationProblem &P) {
  printUse(J, P);
  J.attribute("message", text(P.message()));
}

static void printSection(json::OStream &J, const MappedSection &S) {
  J.object([&] {
    J.attribute("name", text(S.Section.Name));
    J.attribute("kind", kindName(S.Section.Kind));
    // Numbers of JSON are exact up to 2^53 only.
    J.attribute("address", hexAddress(S.Section.Address));
    J.attribute("size", int64_t(S.Section.Size));
    if (!S.Rights.empty())
      J.attribute("rights", S.Rights);
  });
}

static void printObject(json::OStream &J, const MappedObject &Object) {
  J.object([&] {
    J.attribute("file", text(Object.File));
    J.attributeArray("sections", [&] {
      for (const MappedSection &S : Object.Sections)
        printSection(J, S);
    });
    J.attribute("relocationsChecked", int64_t(Object.Audit.Checked));
    J.attribute("relocationsNotChecked", int64_t(Object.Audit.NotChecked));
    if (!Object.Audit.Furthest.Type.empty())
      J.attributeObject("furthest", [&] {
        printUse(J, Object.Audit.Furthest);
        J.attribute("reachUsed", Object.Audit.Furthest.reachUsed());
      });
    J.attributeArray("problems", [&] {
      for (const RelocationProblem &P : Object.Audit.Problems)
        J.object([&] { printProblem(J, P); });
    });
  });
}

static void printWindow(json::OStream &J, const WindowSnapshot &W) {
  J.object([&] {
    J.attribute("begin", hexAddress(W.Begin));
    J.attribute("end", hexAddress(W.End));
    // Those that hold something.
    J.attributeArray("slabs", [&] {
      for (size_t I = 0; I != W.Slabs.size(); ++I)
        if (W.Slabs[I].Use != SlabUse::Untaken)
          J.object([&] {
            J.attribute("begin", hexAddress(W.Begin + I * SlabSize));
            J.attribute("size", int64_t(SlabSize));
            J.attribute("use", useName(W.Slabs[I].Use));
            J.attribute("liveBytes", int64_t(W.Slabs[I].LiveBytes));
          });
    });
  });
}

void printMapAsJSON(raw_ostream &OS, const MemoryMap &M) {
  json::OStream J(OS, /*IndentSize=*/2);
  J.object([&] {
    J.attribute("version", 1);
    J.attribute("linker", M.Linker);
    J.attribute("memoryManager", M.Manager);
    J.attribute("architecture", M.Architecture);
    J.attribute("reach", int64_t(M.Reach));
    J.attribute("span", hexAddress(M.span()));
    J.attribute("sectionBytes", int64_t(M.SectionBytes));
    if (!M.AuditFailure.empty())
      J.attribute("notChecked", text(M.AuditFailure));
    J.attributeArray("windows", [&] {
      for (const WindowSnapshot &W : M.Windows)
        printWindow(J, W);
    });
    J.attributeArray("clusters", [&] {
      for (const Cluster &C : M.Clusters)
        J.object([&] {
          J.attribute("begin", hexAddress(C.Begin));
          J.attribute("end", hexAddress(C.End));
          J.attribute("sections", int64_t(C.Sections.size()));
        });
    });
    J.attributeArray("objects", [&] {
      for (const MappedObject &Object : M.Objects)
        printObject(J, Object);
    });
  });
  OS << '\n';
}

} // namespace jitslab
