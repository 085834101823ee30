# What every target of this project is compiled with.
add_library(jitslab_flags INTERFACE)
target_compile_options(jitslab_flags INTERFACE -Wall -Wextra
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Woverloaded-virtual>)
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
