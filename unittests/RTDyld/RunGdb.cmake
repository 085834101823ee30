# Lets GDB run HOST with LAYOUT and OBJECT, stop at STOP, and print the stack. It has
# to know names, lines and callers up to main. STOP is
#   jit_inner   loaded code.
#   hostStop    what loaded code calls.
function(run_gdb result)
  execute_process(
    COMMAND ${GDB} -nx -batch -iex "set debuginfod enabled off"
      -ex "set breakpoint pending on" ${ARGN} --args ${HOST} ${LAYOUT} ${OBJECT}
    OUTPUT_VARIABLE output ERROR_VARIABLE errors)
  set(${result} "${output}\n${errors}" PARENT_SCOPE)
endfunction()

set(place "at [^\n]*stopped\\.c:[0-9]")
if(STOP STREQUAL jit_inner)
  set(outer 1)
  set(wanted "Breakpoint 1, jit_inner \\(value=5\\) ${place}"
    "#0 +jit_inner \\(value=5\\)")
else()
  set(outer 2)
  set(wanted "Breakpoint 1, ${STOP} " "#0 +${STOP} "
    "#1 +0x[0-9a-f]+ in jit_inner \\(value=[^)]*\\) ${place}")
endif()
math(EXPR last "${outer} + 1")
list(APPEND wanted
  "#${outer} +0x[0-9a-f]+ in jit_outer \\(value=[^)]*\\) ${place}"
  "#${last} +0x[0-9a-f]+ in main "
  "jit_outer\\(4\\) = 16")
run_gdb(output -ex "break ${STOP}" -ex run -ex backtrace -ex continue)
foreach(pattern IN LISTS wanted)
  if(NOT output MATCHES "${pattern}")
    message(FATAL_ERROR "Not found: ${pattern}\n${output}")
  endif()
endforeach()
