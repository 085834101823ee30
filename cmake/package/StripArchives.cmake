# Run by CPack before a package is made of what was installed: debug information
# is no part of the packages.
file(GLOB_RECURSE archives "${CPACK_TEMPORARY_DIRECTORY}/*.a")
foreach(archive IN LISTS archives)
  execute_process(COMMAND ${CPACK_OBJCOPY} --strip-debug ${archive}
    COMMAND_ERROR_IS_FATAL ANY)
endforeach()
