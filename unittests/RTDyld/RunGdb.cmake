# Lets GDB run HOST with LAYOUT and OBJECT, stop in loaded code by its name, and
# print the stack. It has to know names, lines and callers up to main. The kernel
# lets no debugger write to shared mappings that are not writable, so in
# Layout::Dense (2) the breakpoint is a hardware one.
set(break break)
if(LAYOUT EQUAL 2)
  set(break hbreak)
endif()
execute_process(
  COMMAND ${GDB} -nx -batch
    -iex "set debuginfod enabled off"
    -ex "set breakpoint pending on" -ex "${break} jit_inner" -ex run -ex backtrace
    -ex continue --args ${HOST} ${LAYOUT} ${OBJECT}
  RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors)
foreach(wanted
    "Breakpoint 1, jit_inner \\(value=5\\) at [^\n]*debugged\\.c:[0-9]"
    "#0 +jit_inner \\(value=5\\)"
    "#1 +0x[0-9a-f]+ in jit_outer \\(value=[^)]*\\) at [^\n]*debugged\\.c:[0-9]"
    "#2 +0x[0-9a-f]+ in main "
    "jit_outer\\(4\\) = 16")
  if(NOT output MATCHES "${wanted}")
    message(FATAL_ERROR "Not found: ${wanted}\n${output}\n${errors}")
  endif()
endforeach()
