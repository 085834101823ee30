# Each script in SCRIPTS_DIR says how it is used: asked for it, on the standard
# output and with status 0; told what cannot be, as an error and with status 2.
cmake_minimum_required(VERSION 3.25)

file(GLOB scripts LIST_DIRECTORIES false ${SCRIPTS_DIR}/*)
foreach(script IN LISTS scripts)
  file(READ ${script} text)
  if(NOT text MATCHES "^#!.*common[.]sh")
    continue()
  endif()
  get_filename_component(name ${script} NAME)
  list(APPEND seen ${name})
  # What follows -h is the same lines, which scripts/test stands for.
  set(options --help)
  if(name STREQUAL "test")
    list(APPEND options -h)
  endif()
  foreach(option IN LISTS options)
    execute_process(COMMAND ${script} ${option}
      RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors)
    if(NOT status EQUAL 0 OR NOT output MATCHES "scripts/${name} " OR errors)
      message(SEND_ERROR
        "${name} ${option}: status ${status}\n${output}${errors}")
    endif()
  endforeach()
  # Options that scripts/bench does not know are jitslab-bench's.
  if(name STREQUAL "bench")
    continue()
  endif()
  execute_process(COMMAND ${script} --no-such-option
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors)
  if(NOT status EQUAL 2 OR output OR
      NOT errors MATCHES "^${name}: [^\n]*--no-such-option.*scripts/${name} ")
    message(SEND_ERROR
      "${name} --no-such-option: status ${status}\n${output}${errors}")
  endif()
endforeach()
list(LENGTH seen count)
if(count LESS 9)
  message(SEND_ERROR "found only these scripts: ${seen}")
endif()
message(STATUS "asked: ${seen}")
