# Runs COMMAND (a list); its status has to be 0 and its output EXPECTED. In one
# test: ctest's PASS_REGULAR_EXPRESSION would not look at the status.
list(REMOVE_ITEM COMMAND "")
execute_process(COMMAND ${COMMAND} RESULT_VARIABLE status
  OUTPUT_VARIABLE output)
if(NOT status STREQUAL "0" OR NOT output STREQUAL EXPECTED)
  message(FATAL_ERROR "Status: ${status}\nOutput:\n${output}\n"
    "Expected: 0\n${EXPECTED}")
endif()
