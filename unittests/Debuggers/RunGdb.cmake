# cmake -DGDB=gdb -DHOST=debugged-host -DMANAGER=dense -DLINKER=mcjit
#   -DWALKED=walked.o -DLATER=walkedlater.o [-DCORE=file]
#   [-DINSPECT=jitslab-inspect -DCOMMAND=jitslab.py] -P RunGdb.cmake
#
# Lets gdb go through loaded code, with each of its commands that set breakpoints in
# it. What each command has to say stands beside it; the numbers are lines of
# Inputs/walked.c. Writes a core file in the end, opens it again and removes it.
set(in_fault "#0 +(0x[0-9a-f]+ in )?jit_fault \\(pointer=0x10\\) at [^#]*#1 +0x[0-9a-f]+ in main ")
set(session
  "break jit_leaf" ".*"
  "break jit_later" ".*"
  "tbreak jit_walk" ".*"
  "run" "jit_walk \\(value=4\\) at [^\n]*walked\\.c:7"
  "continue" "Breakpoint 1, jit_leaf \\(value=0\\) at [^\n]*walked\\.c:3"
  "backtrace"
  "#0 +jit_leaf \\(value=0\\)[^#]*#1 +0x[0-9a-f]+ in jit_walk \\(value=4\\)[^\n]*:9\n"
  "frame function main" "#[23] +0x[0-9a-f]+ in main "
  "frame 0" ".*"
  "finish" "Value returned is .1 = 0"
  "disable 1" ".*"
  "step" "\n8\t"
  "step" "\n9\t"
  "step" "\njit_leaf \\(value=1\\) at [^\n]*:3"
  "finish" "Value returned is .2 = 3"
  "until 10" "\njit_walk \\(value=4\\) at [^\n]*:10\n"
  "print sum" ".3 = 18"
  "enable 1" ".*"
  # It is loaded while there is a breakpoint in jit_leaf.
  "continue" "Breakpoint 2, jit_later \\(value=1\\) at [^\n]*walkedlater\\.c:3"
  "finish" "Value returned is .4 = 101"
  # Not in jit_walk again.
  "continue" "Breakpoint 1, jit_leaf \\(value=0\\)"
  # This machine may have no hardware watchpoints.
  "set can-use-hw-watchpoints 0" ".*"
  "finish" "Value returned is .5 = 0"
  "disable 1" ".*"
  "watch sum" "Watchpoint 4: sum"
  "continue" "Watchpoint 4: sum\n\nOld value = 0\nNew value = 3\n"
  "delete 4" ".*"
  "continue" "results 18 101 18\n+Program received signal SIGSEGV[^\n]*\n(0x[0-9a-f]+ in )?jit_fault \\(pointer=0x10\\) at [^\n]*:7"
  "backtrace" "${in_fault}")
if(CORE)
  list(APPEND session "generate-core-file ${CORE}" "Saved corefile")
endif()

set(options)
set(wanted)
while(session)
  list(POP_FRONT session command says)
  list(APPEND options -ex "${command}")
  list(APPEND wanted "${says}")
endwhile()
execute_process(
  COMMAND ${GDB} -nx -batch -iex "set debuginfod enabled off" -iex "set width 0"
    -ex "set breakpoint pending on" ${options}
    --args ${HOST} ${MANAGER} ${LINKER} ${WALKED} ${LATER}
  OUTPUT_VARIABLE output ERROR_VARIABLE output TIMEOUT 120)
if(output MATCHES "This LLVM has no such linker")
  message("${output}")
  return()
endif()
set(rest "${output}")
foreach(says IN LISTS wanted)
  if(NOT rest MATCHES "${says}")
    message(FATAL_ERROR "Not found, or too early: ${says}\n${output}")
  endif()
  set(found "${CMAKE_MATCH_0}")
  if(NOT says STREQUAL ".*")
    string(FIND "${rest}" "${found}" begin)
    string(LENGTH "${found}" length)
    math(EXPR begin "${begin} + ${length}")
    string(SUBSTRING "${rest}" ${begin} -1 rest)
  endif()
endforeach()
if(NOT CORE)
  return()
endif()
# Where jitslab is, its command knows whose the code is.
set(inspecting)
set(named "")
if(INSPECT AND NOT MANAGER STREQUAL "section")
  set(ENV{JITSLAB_INSPECT} ${INSPECT})
  set(inspecting -ex "source ${COMMAND}" -ex "jitslab")
  set(named ".*the largest segments[^#]*  code +jit_leaf[^\n]*, walked.c\n")
endif()
execute_process(
  COMMAND ${GDB} -nx -batch -iex "set debuginfod enabled off" -iex "set width 0"
    -ex "backtrace" -ex "x/2i $pc" ${inspecting} ${HOST} ${CORE}
  OUTPUT_VARIABLE output ERROR_VARIABLE output TIMEOUT 120)
file(REMOVE ${CORE})
if(NOT output MATCHES "${in_fault}.*=> 0x[0-9a-f]+ <jit_fault.[0-9]+>:${named}")
  message(FATAL_ERROR "The core file has no frame of jit_fault:\n${output}")
endif()
