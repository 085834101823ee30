# What libraries and packages are called; docs/adr/0008-packages.md says why.

# LLVM's version is part of the name, because it is part of the ABI.
set(JITSLAB_LIBRARY_NAME jitslab-llvm${JITSLAB_LLVM_MAJOR})

# The number of the C++ interface, in the names of its symbols (ADR 0025).
file(STRINGS ${PROJECT_SOURCE_DIR}/include/jitslab/ABI.h _number
  REGEX "define JITSLAB_ABI_NAMESPACE abi[0-9]+")
string(REGEX MATCH "[0-9]+$" JITSLAB_ABI_VERSION "${_number}")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/include/jitslab/ABI.h)

# Before 1.0 every minor version may change the ABI.
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(JITSLAB_SOVERSION 0.${PROJECT_VERSION_MINOR})
  set(JITSLAB_COMPATIBILITY SameMinorVersion)
else()
  set(JITSLAB_SOVERSION ${JITSLAB_ABI_VERSION})
  set(JITSLAB_COMPATIBILITY SameMajorVersion)
endif()

# The library for C (ADR 0027). Its number is its own, and stays: programs that
# were linked with it run with every later one.
set(JITSLAB_C_LIBRARY_NAME jitslab-c-llvm${JITSLAB_LLVM_MAJOR})
set(JITSLAB_C_SOVERSION 1)

# Under the prefix: the preload and its backends, which are loaded by their paths
# and not linked to.
set(JITSLAB_PRELOAD_FOLDER ${CMAKE_INSTALL_LIBDIR}/jitslab)
