# Run by CPack before packages are made of what was installed below
# CPACK_TEMPORARY_DIRECTORY: what Debian's packages have and an installation does
# not need.

# Debug information is no part of the packages; CPack strips programs and shared
# libraries only.
file(GLOB_RECURSE archives "${CPACK_TEMPORARY_DIRECTORY}/*.a")
foreach(archive IN LISTS archives)
  execute_process(COMMAND ${CPACK_OBJCOPY} --strip-debug ${archive}
    COMMAND_ERROR_IS_FATAL ANY)
endforeach()

# Without the time, so that the same sources make the same package.
file(GLOB_RECURSE texts "${CPACK_TEMPORARY_DIRECTORY}/*")
list(FILTER texts INCLUDE REGEX "/doc/[^/]*/changelog$|/man1/[^/]*[.]1$")
foreach(text IN LISTS texts)
  execute_process(COMMAND gzip -9nf ${text} COMMAND_ERROR_IS_FATAL ANY)
endforeach()

# Each MINOR before 1.0 has a SONAME of its own, so that all symbols of a library
# are as old as its version.
file(GLOB_RECURSE library
  "${CPACK_TEMPORARY_DIRECTORY}/libjitslab-llvm*.so.*.*.*")
find_program(gensymbols dpkg-gensymbols)
if(library AND gensymbols)
  get_filename_component(folder "${CPACK_RUNTIME_SYMBOLS}" DIRECTORY)
  file(MAKE_DIRECTORY "${folder}/debian")
  file(WRITE "${folder}/debian/control"
    "Source: jitslab\n\nPackage: ${CPACK_RUNTIME_PACKAGE}\nArchitecture: any\n")
  execute_process(COMMAND ${gensymbols} -q -c0
      -v${CPACK_PACKAGE_VERSION} -p${CPACK_RUNTIME_PACKAGE} -e${library}
      -O${CPACK_RUNTIME_SYMBOLS}
    WORKING_DIRECTORY "${folder}" COMMAND_ERROR_IS_FATAL ANY)
endif()
