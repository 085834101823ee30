# What every target of this project is compiled with.
add_library(jitslab_flags INTERFACE)
target_compile_options(jitslab_flags INTERFACE -Wall -Wextra -Wundef
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Woverloaded-virtual>
  # As LLVM does: what GCC says of LLVM's headers depends on what it puts inline.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
if(JITSLAB_WERROR)
  target_compile_options(jitslab_flags INTERFACE -Werror)
endif()
if(JITSLAB_SANITIZE)
  target_compile_options(jitslab_flags INTERFACE
    -fsanitize=${JITSLAB_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  # `vptr` and `function` need LLVM's own typeinfo in every case; libLLVM is
  # built without it here and there.
  if(JITSLAB_SANITIZE MATCHES "undefined")
    target_compile_options(jitslab_flags INTERFACE -fno-sanitize=vptr)
  endif()
  target_link_options(jitslab_flags INTERFACE -fsanitize=${JITSLAB_SANITIZE})
endif()
if(JITSLAB_COVERAGE)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR
      "jitslab: coverage is counted by clang; use the preset coverage")
  endif()
  # Counters that can lie in a file that all processes share: tests that end in
  # a child process, or by a signal, count too.
  target_compile_options(jitslab_flags INTERFACE
    -fprofile-instr-generate -fcoverage-mapping
    -mllvm -runtime-counter-relocation)
  target_link_options(jitslab_flags INTERFACE -fprofile-instr-generate)
endif()
