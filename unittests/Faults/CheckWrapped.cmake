# cmake -DNM=nm -DLIBRARY=libjitslab.a -DWRAPPED=a,b,c -P CheckWrapped.cmake
#
cmake_minimum_required(VERSION 3.25)

# What the library takes from the C library is either made to fail by the tests
# or listed here as what cannot fail, or not by a refusal of the system's.
set(harmless
  # Memory and strings; what formats into a buffer.
  memchr memcmp memcpy memmove memset strcmp strlen snprintf __memcpy_chk
  __memset_chk __snprintf_chk
  # The heap: LLVM's containers abort when it is used up.
  malloc calloc realloc free
  # Locks and what is known without asking the system.
  pthread_mutex_lock pthread_mutex_trylock pthread_mutex_unlock
  pthread_cond_clockwait pthread_once __once_proxy pthread_self sched_yield
  sysconf __errno_location
  clock_gettime
  __libc_single_threaded __tls_get_addr
  # What the dynamic loader and the kernel have left in the process; nothing or 0
  # where they have not.
  dl_iterate_phdr getauxval
  # The connection to an executor, whose failures are RemoteTests's.
  socket bind listen accept4 connect send sendmsg recv recvmsg poll shutdown
  pthread_sigmask sigemptyset sigaddset sigismember sigpending sigtimedwait
  # abort() is what asserts call in builds that have them.
  abort __assert_fail __stack_chk_fail
  # LLVM's own C interface.
  LLVMConsumeError)

execute_process(COMMAND ${NM} -u ${LIBRARY} OUTPUT_VARIABLE output
  RESULT_VARIABLE result ERROR_QUIET)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${NM} cannot read ${LIBRARY}")
endif()
string(REPLACE "," ";" wrapped "${WRAPPED}")
string(REGEX MATCHALL "U [^\n]+" lines "${output}")
list(TRANSFORM lines REPLACE "^U ([^@]+).*" "\\1")
list(REMOVE_DUPLICATES lines)
# Not C++, not what compilers and sanitizers add, and not the probes' counters.
list(FILTER lines EXCLUDE REGEX
  "^(jitslab_|_Z|__cxa_|__gxx_|__gcc_|_Unwind_|_GLOBAL_|__dso_handle|__(asan|ubsan|tsan|sanitizer|aarch64|clear_cache))")
list(LENGTH lines count)
if(count LESS 10)
  message(FATAL_ERROR "${LIBRARY} needs ${count} functions only: ${lines}")
endif()
foreach(name IN LISTS wrapped)
  if(NOT name IN_LIST lines)
    message(SEND_ERROR "${name} is made to fail, but the library does not "
      "call it: remove it from unittests/Faults")
  endif()
endforeach()
list(REMOVE_ITEM lines ${wrapped} ${harmless})
if(lines)
  message(SEND_ERROR "The library calls ${lines}, which no test makes fail: "
    "add it to unittests/Faults/SystemCalls.h, or to the harmless ones in "
    "${CMAKE_CURRENT_LIST_FILE} if it cannot fail")
endif()
