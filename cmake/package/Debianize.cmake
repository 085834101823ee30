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

# Symbols are as old as first-versions says, or else as the package: those of
# another LLVM's classes, whose packages only ask for a newer one than they need.
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
  file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/first-versions" known REGEX "^[^#]")
  file(READ "${CPACK_RUNTIME_SYMBOLS}" symbols)
  foreach(line IN LISTS known)
    if(line MATCHES "^([^ ]+) ([0-9.]+)$")
      set(since "${CMAKE_MATCH_2}")
      string(REGEX REPLACE "(\n ${CMAKE_MATCH_1}@[^ \n]+) [^\n]+" "\\1 ${since}"
        symbols "${symbols}")
    else()
      message(FATAL_ERROR "first-versions: '${line}' is no symbol and version")
    endif()
  endforeach()
  file(WRITE "${CPACK_RUNTIME_SYMBOLS}" "${symbols}")
endif()
