# What code that includes LLVM's headers and jitslab's is compiled and linked
# with. Used by jitslab's own build and by the installed package.

# jitslab_describe_llvm(<interface target> <libLLVM>): after find_package(LLVM).
function(jitslab_describe_llvm target libllvm)
  target_include_directories(${target} SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS})
  separate_arguments(definitions NATIVE_COMMAND "${LLVM_DEFINITIONS}")
  list(FILTER definitions EXCLUDE REGEX "^-D_DEBUG$")
  target_compile_options(${target} INTERFACE ${definitions})
  target_link_libraries(${target} INTERFACE ${libllvm})
  if(NOT LLVM_ENABLE_RTTI)
    # Classes derived from LLVM's need the same choice, or their typeinfo lacks.
    target_compile_options(${target} INTERFACE
      $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>)
  endif()
endfunction()
