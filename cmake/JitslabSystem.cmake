# Refuses systems and processors that jitslab does not know, before anything is
# compiled for them.
if(NOT CMAKE_SYSTEM_NAME STREQUAL "Linux")
  message(FATAL_ERROR
    "jitslab: ${CMAKE_SYSTEM_NAME} is not supported; Linux is. Windows are "
    "reserved and written through calls that Linux has.")
endif()
if(NOT CMAKE_SIZEOF_VOID_P EQUAL 8)
  message(FATAL_ERROR
    "jitslab: 32-bit processors are not supported: their address space has no "
    "window of 2 GiB, and their relocations reach all of it without one.")
endif()
# The compiler knows, where CMAKE_SYSTEM_PROCESSOR is what the kernel calls it, or
# what a toolchain file says.
include(CheckCXXSymbolExists)
check_cxx_symbol_exists(__x86_64__ "" JITSLAB_IS_X86_64)
check_cxx_symbol_exists(__aarch64__ "" JITSLAB_IS_AARCH64)
if(NOT JITSLAB_IS_X86_64 AND NOT JITSLAB_IS_AARCH64)
  message(FATAL_ERROR
    "jitslab: the processor ${CMAKE_SYSTEM_PROCESSOR} is not supported; x86-64 "
    "and AArch64 are. How far relocations reach, what freed code is filled with "
    "and how new code is made visible depend on the processor.")
endif()
