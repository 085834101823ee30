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
find_program(gensymbols dpkg-gensymbols)
# debian_symbols(<library's files> <package> <result>)
function(debian_symbols pattern package result)
  file(GLOB_RECURSE library "${CPACK_TEMPORARY_DIRECTORY}/${pattern}")
  if(NOT library OR NOT gensymbols)
    return()
  endif()
  get_filename_component(folder "${result}" DIRECTORY)
  file(MAKE_DIRECTORY "${folder}/debian")
  file(WRITE "${folder}/debian/control"
    "Source: jitslab\n\nPackage: ${package}\nArchitecture: any\n")
  execute_process(COMMAND ${gensymbols} -q -c0
      -v${CPACK_PACKAGE_VERSION} -p${package} -e${library} -O${result}
    WORKING_DIRECTORY "${folder}" COMMAND_ERROR_IS_FATAL ANY)
  file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/first-versions" known REGEX "^[^#]")
  file(READ "${result}" symbols)
  foreach(line IN LISTS known)
    if(line MATCHES "^([^ ]+) ([0-9.]+)$")
      set(since "${CMAKE_MATCH_2}")
      string(REGEX REPLACE "(\n ${CMAKE_MATCH_1}@[^ \n]+) [^\n]+" "\\1 ${since}"
        symbols "${symbols}")
    else()
      message(FATAL_ERROR "first-versions: '${line}' is no symbol and version")
    endif()
  endforeach()
  file(WRITE "${result}" "${symbols}")
endfunction()
debian_symbols("libjitslab-llvm*.so.*.*.*"
  ${CPACK_RUNTIME_PACKAGE} ${CPACK_RUNTIME_SYMBOLS})
debian_symbols("libjitslab-c-llvm*.so.*.*.*"
  ${CPACK_RUNTIMEC_PACKAGE} ${CPACK_RUNTIMEC_SYMBOLS})
