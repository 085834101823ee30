# Cross-compiles for AArch64 Linux with Debian's cross toolchain; tests run
# under qemu-user where the build machine is of another architecture.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
# `-L /`: the foreign architecture's libraries are installed beside the host's.
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64-static;-L;/)
