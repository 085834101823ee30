# The reference of the interface, which Doxygen makes of the headers: the target
# `reference`. Installed with the rest if it has been made; no part of packages.
find_program(JITSLAB_DOXYGEN doxygen)
if(NOT JITSLAB_DOXYGEN)
  message(STATUS "jitslab: no Doxygen; the reference is not made")
  return()
endif()
set(JITSLAB_REFERENCE_DIR ${PROJECT_BINARY_DIR}/reference)
configure_file(${PROJECT_SOURCE_DIR}/docs/Doxyfile.in
  ${PROJECT_BINARY_DIR}/Doxyfile @ONLY)
file(MAKE_DIRECTORY ${JITSLAB_REFERENCE_DIR})
add_custom_target(reference
  COMMAND ${JITSLAB_DOXYGEN} ${PROJECT_BINARY_DIR}/Doxyfile
  COMMENT "Making the reference in ${JITSLAB_REFERENCE_DIR}/html" VERBATIM)
if(JITSLAB_INSTALL)
  install(DIRECTORY ${JITSLAB_REFERENCE_DIR}/html
    DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/jitslab/reference
    COMPONENT Reference OPTIONAL)
endif()
