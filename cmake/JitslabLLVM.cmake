# Finds the LLVM that jitslab is built against and defines the target
# `jitslab_llvm`: its headers (as SYSTEM includes), its definitions and the
# shared libLLVM.
#
#   LLVM_DIR                 an explicit LLVMConfig.cmake folder wins
#   JITSLAB_LLVM_VERSION     a major version; otherwise the newest supported one
#   JITSLAB_ALLOW_UNKNOWN_LLVM   takes a version that is newer than all of them
#
# Sets JITSLAB_LLVM_MAJOR, JITSLAB_LLVM_TOOLS_DIR and JITSLAB_HAS_JITLINK.

# The supported versions, newest first. The preload, packages and the scripts
# (scripts/llvm-versions) know no others.
set(JITSLAB_SUPPORTED_LLVM 23 22 21 20 19 18 17 16 15 14)
set(JITSLAB_LLVM_VERSION "" CACHE STRING
    "Major version of LLVM to build against (empty: the newest supported one)")

option(JITSLAB_ALLOW_UNKNOWN_LLVM
       "Build against an LLVM that is newer than those that are known" OFF)
list(JOIN JITSLAB_SUPPORTED_LLVM ", " _supported)

# jitslab_know_llvm(<major> <name>): refuses a version that is not supported, and
# puts one that may be tried all the same into the list. <name> is for the error.
function(jitslab_know_llvm major name)
  if(major IN_LIST JITSLAB_SUPPORTED_LLVM)
    return()
  endif()
  list(GET JITSLAB_SUPPORTED_LLVM 0 _newest)
  if(NOT major GREATER _newest)
    message(FATAL_ERROR
      "jitslab: LLVM ${name} is not supported. Supported major versions: "
      "${_supported}. Choose one with -DJITSLAB_LLVM_VERSION=N.")
  elseif(NOT JITSLAB_ALLOW_UNKNOWN_LLVM)
    message(FATAL_ERROR
      "jitslab: LLVM ${name} is newer than the newest one that is known, "
      "${_newest}. Most of jitslab may work with it: to try, add "
      "-DJITSLAB_ALLOW_UNKNOWN_LLVM=ON. Supported major versions: "
      "${_supported}; choose one with -DJITSLAB_LLVM_VERSION=N.")
  endif()
  message(WARNING "jitslab: LLVM ${name} is newer than what jitslab was tried "
    "with; it may not compile, and its tests may fail")
  list(PREPEND JITSLAB_SUPPORTED_LLVM ${major})
  set(JITSLAB_SUPPORTED_LLVM "${JITSLAB_SUPPORTED_LLVM}" PARENT_SCOPE)
endfunction()

if(JITSLAB_LLVM_VERSION)
  jitslab_know_llvm(${JITSLAB_LLVM_VERSION}
    "${JITSLAB_LLVM_VERSION} (JITSLAB_LLVM_VERSION)")
endif()

if(LLVM_DIR)
  find_package(LLVM CONFIG REQUIRED)
  if(JITSLAB_LLVM_VERSION AND
     NOT LLVM_VERSION_MAJOR EQUAL JITSLAB_LLVM_VERSION)
    message(FATAL_ERROR
      "jitslab: LLVM_DIR holds LLVM ${LLVM_VERSION}, but JITSLAB_LLVM_VERSION "
      "asks for ${JITSLAB_LLVM_VERSION}. Drop one of the two.")
  endif()
else()
  set(_wanted ${JITSLAB_LLVM_VERSION})
  if(NOT _wanted)
    set(_wanted ${JITSLAB_SUPPORTED_LLVM})
  endif()
  foreach(_major IN LISTS _wanted)
    # LLVMConfigVersion.cmake accepts equal major.minor only, so the search is
    # by folder and the version is checked afterwards.
    find_package(LLVM CONFIG QUIET NO_DEFAULT_PATH
      HINTS /usr/lib/llvm-${_major} /usr/local/lib/llvm-${_major}
            /opt/llvm-${_major})
    if(LLVM_FOUND)
      break()
    endif()
  endforeach()
  if(NOT LLVM_FOUND AND NOT JITSLAB_LLVM_VERSION)
    find_package(LLVM CONFIG QUIET)
  endif()
  if(NOT LLVM_FOUND)
    if(JITSLAB_LLVM_VERSION)
      set(_example ${JITSLAB_LLVM_VERSION})
    else()
      list(GET JITSLAB_SUPPORTED_LLVM 0 _example)
    endif()
    message(FATAL_ERROR
      "jitslab: no LLVM found. Install one of the supported versions "
      "(${_supported}), for example Debian's llvm-${_example}-dev, or pass "
      "-DLLVM_DIR=<folder of LLVMConfig.cmake>.")
  endif()
endif()

jitslab_know_llvm(${LLVM_VERSION_MAJOR} "${LLVM_VERSION} in ${LLVM_DIR}")
message(STATUS "jitslab: LLVM ${LLVM_VERSION} from ${LLVM_DIR}")
set(JITSLAB_LLVM_MAJOR ${LLVM_VERSION_MAJOR})
set(JITSLAB_LLVM_TOOLS_DIR ${LLVM_TOOLS_BINARY_DIR})
# orc::MemLifetime came with LLVM 17; 19 is the oldest version that is tested.
set(JITSLAB_HAS_JITLINK OFF)
if(JITSLAB_LLVM_MAJOR GREATER_EQUAL 19)
  set(JITSLAB_HAS_JITLINK ON)
endif()

# jitslab_symbol_version(<major> <variable>): what versions the symbols of that
# LLVM's shared library: LLVM_SHLIB_SYMBOL_VERSION in LLVM's CMakeLists.txt, with
# the minor version from 18.1 on.
function(jitslab_symbol_version major variable)
  if(major GREATER_EQUAL 18)
    string(APPEND major .1)
  endif()
  set(${variable} LLVM_${major} PARENT_SCOPE)
endfunction()

if(CMAKE_CROSSCOMPILING)
  # The build machine's LLVM package gives the headers (they serve for every
  # architecture), the target's own package gives the library.
  find_library(JITSLAB_TARGET_LIBLLVM
    NAMES libLLVM-${LLVM_VERSION_MAJOR}.so
          libLLVM.so.${LLVM_VERSION_MAJOR}.${LLVM_VERSION_MINOR}
    PATHS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}
    NO_DEFAULT_PATH REQUIRED)
  set(_libllvm ${JITSLAB_TARGET_LIBLLVM})
elseif(TARGET LLVM)
  set(_libllvm LLVM)
else()
  message(FATAL_ERROR
    "jitslab: LLVM ${LLVM_VERSION} in ${LLVM_DIR} comes without the shared "
    "libLLVM. Use a package that has it (Debian's do), or build LLVM with "
    "-DLLVM_BUILD_LLVM_DYLIB=ON.")
endif()

include(JitslabLLVMTarget)
add_library(jitslab_llvm INTERFACE)
jitslab_describe_llvm(jitslab_llvm ${_libllvm})
