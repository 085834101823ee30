# What libraries and packages are called; docs/adr/0008-packages.md says why.

# LLVM's version is part of the name, because it is part of the ABI.
set(JITSLAB_LIBRARY_NAME jitslab-llvm${JITSLAB_LLVM_MAJOR})

# The number of the C++ interface, in the names of its symbols (ADR 0025). To be
# raised by 1 with what lib/CAPI/PublicLayouts.cpp refuses, once in a release.
set(JITSLAB_ABI_VERSION 1)

# Before 1.0 every minor version may change the ABI.
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(JITSLAB_SOVERSION 0.${PROJECT_VERSION_MINOR})
  set(JITSLAB_COMPATIBILITY SameMinorVersion)
else()
  set(JITSLAB_SOVERSION ${JITSLAB_ABI_VERSION})
  set(JITSLAB_COMPATIBILITY SameMajorVersion)
endif()

# Under the prefix: the preload and its backends, which are loaded by their paths
# and not linked to.
set(JITSLAB_PRELOAD_FOLDER ${CMAKE_INSTALL_LIBDIR}/jitslab)
