# `cmake --install`, the CMake package, the files for pkg-config, and CPack's
# .deb packages.
include(CMakePackageConfigHelpers)

set(_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/${JITSLAB_LIBRARY_NAME})
set(_pc_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(TARGETS jitslab jitslab_shared EXPORT jitslabTargets
  LIBRARY COMPONENT Runtime NAMELINK_COMPONENT Development
  ARCHIVE COMPONENT Development)
install(TARGETS jitslab_c EXPORT jitslabTargets
  LIBRARY COMPONENT RuntimeC NAMELINK_COMPONENT Development)
if(TARGET jitslab_executor)
  install(TARGETS jitslab_executor EXPORT jitslabTargets
    ARCHIVE COMPONENT Development)
endif()
set(_components Runtime RuntimeC Development)
# bash looks for a file with the program's name.
function(_jitslab_completion program component)
  install(FILES ${PROJECT_SOURCE_DIR}/tools/completions/jitslab
    RENAME ${program} COMPONENT ${component}
    DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/bash-completion/completions)
endfunction()
if(TARGET jitslab-rtdyld)
  list(APPEND _components Tools)
  install(TARGETS jitslab-rtdyld jitslab-inspect RUNTIME COMPONENT Tools)
  install(FILES ${PROJECT_SOURCE_DIR}/docs/jitslab-rtdyld.1
    ${PROJECT_SOURCE_DIR}/docs/jitslab-inspect.1
    DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT Tools)
  foreach(_program jitslab-rtdyld jitslab-inspect)
    _jitslab_completion(${_program} Tools)
  endforeach()
  # gdb loads what is in this folder when it starts.
  install(FILES ${PROJECT_SOURCE_DIR}/tools/jitslab-inspect/jitslab.py
    DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/gdb/python/gdb/command
    COMPONENT Tools)
endif()
if(TARGET jitslab-executor)
  install(TARGETS jitslab-executor RUNTIME COMPONENT Tools)
  install(FILES ${PROJECT_SOURCE_DIR}/docs/jitslab-executor.1
    DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT Tools)
  if(TARGET jitslab-executor-llvm)
    install(TARGETS jitslab-executor-llvm
      LIBRARY DESTINATION ${JITSLAB_PRELOAD_FOLDER} COMPONENT Tools)
  endif()
endif()
if(TARGET jitslab-preload)
  # What serves every LLVM, and what serves the one of this build.
  list(APPEND _components Preload PreloadBackend)
  install(TARGETS jitslab-run RUNTIME COMPONENT Preload)
  install(FILES ${PROJECT_SOURCE_DIR}/docs/jitslab-run.1
    DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT Preload)
  _jitslab_completion(jitslab-run Preload)
  install(TARGETS jitslab-preload
    LIBRARY DESTINATION ${JITSLAB_PRELOAD_FOLDER} COMPONENT Preload)
  install(TARGETS jitslab-preload-llvm
    LIBRARY DESTINATION ${JITSLAB_PRELOAD_FOLDER} COMPONENT PreloadBackend)
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT Development
  FILES_MATCHING PATTERN "*.h")
install(FILES ${PROJECT_BINARY_DIR}/include/jitslab/Config.h
  ${PROJECT_BINARY_DIR}/include/jitslab/Version.h
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/jitslab COMPONENT Development)

# --- find_package(jitslab)
set(_generated ${PROJECT_BINARY_DIR}/package)
configure_package_config_file(cmake/package/jitslabConfig.cmake.in
  ${_generated}/jitslabConfig.cmake INSTALL_DESTINATION ${_cmake_dir})
configure_file(cmake/package/jitslabConfigVersion.cmake.in
  ${_generated}/jitslabConfigVersion.cmake @ONLY)
write_basic_package_version_file(${_generated}/jitslabOwnVersion.cmake
  COMPATIBILITY ${JITSLAB_COMPATIBILITY})
install(FILES
  ${_generated}/jitslabConfig.cmake
  ${_generated}/jitslabConfigVersion.cmake
  ${_generated}/jitslabOwnVersion.cmake
  ${PROJECT_SOURCE_DIR}/cmake/JitslabLLVMTarget.cmake
  DESTINATION ${_cmake_dir} COMPONENT Development)
install(EXPORT jitslabTargets NAMESPACE jitslab::
  DESTINATION ${_cmake_dir} COMPONENT Development)

# --- pkg-config
# Relative to the file itself, so that the prefix can be chosen when installing.
file(RELATIVE_PATH _pc_to_lib ${CMAKE_INSTALL_PREFIX}/${_pc_dir}
     ${CMAKE_INSTALL_FULL_LIBDIR})
file(RELATIVE_PATH _pc_to_include ${CMAKE_INSTALL_PREFIX}/${_pc_dir}
     ${CMAKE_INSTALL_FULL_INCLUDEDIR})
set(_pc_shared "-L\${libdir} -l${JITSLAB_LIBRARY_NAME}")
set(_pc_c "-L\${libdir} -l${JITSLAB_C_LIBRARY_NAME}")
set(_archive lib${JITSLAB_LIBRARY_NAME}.a)
string(CONCAT _pc_static "\${libdir}/${_archive} "
  "-Wl,--exclude-libs,${_archive} -lstdc++ -pthread")
# <file name> <library flags> <title>
function(_jitslab_pc name libs title)
  set(JITSLAB_PC_LIBS "${libs}")
  set(JITSLAB_PC_TITLE "${title}")
  configure_file(cmake/package/jitslab.pc.in ${_generated}/${name}.pc @ONLY)
  install(FILES ${_generated}/${name}.pc DESTINATION ${_pc_dir}
    COMPONENT Development)
endfunction()
foreach(_name jitslab ${JITSLAB_LIBRARY_NAME})
  _jitslab_pc(${_name} "${_pc_shared}" "jitslab")
  _jitslab_pc(${_name}-static "${_pc_static}" "jitslab, static")
endforeach()
foreach(_name jitslab-c ${JITSLAB_C_LIBRARY_NAME})
  _jitslab_pc(${_name} "${_pc_c}" "jitslab for C")
endforeach()

# --- .deb
set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL ${_components})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/package/Debianize.cmake)
set(CPACK_OBJCOPY ${CMAKE_OBJCOPY})
set(CPACK_PACKAGE_VENDOR jitslab)
set(CPACK_PACKAGE_CONTACT "${JITSLAB_PACKAGE_CONTACT}")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(_about "Memory managers for MCJIT, RuntimeDyld and JITLink that keep the
sections of an object, and the objects of a window, within reach of each
other.
.
")
set(_runtime lib${JITSLAB_LIBRARY_NAME}-${JITSLAB_SOVERSION})
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME ${_runtime})
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIME_DESCRIPTION "${_about}\
This package has the shared library for C++ and LLVM ${JITSLAB_LLVM_MAJOR}.")

set(_runtime_c lib${JITSLAB_C_LIBRARY_NAME}-${JITSLAB_C_SOVERSION})
set(CPACK_DEBIAN_RUNTIMEC_PACKAGE_NAME ${_runtime_c})
set(CPACK_DEBIAN_RUNTIMEC_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIMEC_DESCRIPTION "${_about}\
This package has the shared library for C and LLVM ${JITSLAB_LLVM_MAJOR}.")
# All their files are in folders of the architecture or of the package.
foreach(_component RUNTIME RUNTIMEC)
  if(CMAKE_VERSION VERSION_GREATER_EQUAL 3.31)
    set(CPACK_DEBIAN_${_component}_PACKAGE_MULTIARCH same)
  else()
    # CPack has no such field yet, and writes this one as it is.
    set(CPACK_DEBIAN_${_component}_PACKAGE_SECTION "libs\nMulti-Arch: same")
  endif()
endforeach()

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME lib${JITSLAB_LIBRARY_NAME}-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "${_runtime} (= ${PROJECT_VERSION}), ${_runtime_c} (= ${PROJECT_VERSION}), \
llvm-${JITSLAB_LLVM_MAJOR}-dev")
# The headers and jitslab.pc have one name for every version of LLVM.
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_PROVIDES libjitslab-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_CONFLICTS libjitslab-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_REPLACES libjitslab-dev)
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "${_about}\
This package has the headers for C++ and C, the static library, examples, and
what CMake and pkg-config need, for LLVM ${JITSLAB_LLVM_MAJOR}.")

set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME jitslab-tools)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_TOOLS_DESCRIPTION "${_about}\
This package has jitslab-rtdyld, which loads ELF objects with LLVM's or
jitslab's memory manager and runs them, jitslab-executor, which runs what
another process links, and jitslab-inspect, which shows the memory that a
process has from jitslab.")

set(CPACK_DEBIAN_PRELOAD_PACKAGE_NAME jitslab-preload)
set(CPACK_DEBIAN_PRELOAD_PACKAGE_SECTION libs)
# Without a backend it serves nobody, and harms nobody.
set(CPACK_DEBIAN_PRELOAD_PACKAGE_RECOMMENDS jitslab-preload-backend)
set(CPACK_DEBIAN_PRELOAD_DESCRIPTION "${_about}\
This package has jitslab-run and the library that it preloads into programs
that are not rebuilt. jitslab-preload-llvmN serves programs with LLVM N.")

set(CPACK_DEBIAN_PRELOADBACKEND_PACKAGE_NAME
  jitslab-preload-llvm${JITSLAB_LLVM_MAJOR})
set(CPACK_DEBIAN_PRELOADBACKEND_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_PRELOADBACKEND_PACKAGE_DEPENDS
  "jitslab-preload (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_PRELOADBACKEND_PACKAGE_PROVIDES jitslab-preload-backend)
set(CPACK_DEBIAN_PRELOADBACKEND_DESCRIPTION "${_about}\
This package has what jitslab-run needs for programs with
LLVM ${JITSLAB_LLVM_MAJOR}.")

# Which symbols the libraries have had since when: Debianize.cmake writes it.
set(CPACK_RUNTIME_SYMBOLS ${_generated}/symbols)
set(CPACK_RUNTIME_PACKAGE ${_runtime})
set(CPACK_RUNTIMEC_SYMBOLS ${_generated}/c/symbols)
set(CPACK_RUNTIMEC_PACKAGE ${_runtime_c})
# CPack runs ldconfig from scripts, which Debian has replaced by a trigger.
file(WRITE ${_generated}/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA
  ${CPACK_RUNTIME_SYMBOLS} ${_generated}/triggers)
set(CPACK_DEBIAN_RUNTIMEC_PACKAGE_CONTROL_EXTRA
  ${CPACK_RUNTIMEC_SYMBOLS} ${_generated}/triggers)

# What Debian asks of every package.
set(_docs ${CMAKE_INSTALL_DATAROOTDIR}/doc)
configure_file(cmake/package/copyright.in ${_generated}/copyright @ONLY)
foreach(_component IN LISTS _components)
  string(TOUPPER ${_component} _upper)
  set(_package ${CPACK_DEBIAN_${_upper}_PACKAGE_NAME})
  install(FILES ${_generated}/copyright
    DESTINATION ${_docs}/${_package} COMPONENT ${_component})
  install(FILES ${PROJECT_SOURCE_DIR}/CHANGELOG.md RENAME changelog
    DESTINATION ${_docs}/${_package} COMPONENT ${_component})
endforeach()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/examples
  DESTINATION ${_docs}/${CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME}
  COMPONENT Development
  PATTERN zlib-roundtrip EXCLUDE)
include(CPack)
