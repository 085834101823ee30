# The places in the code that DOCUMENTS (a list) name have to be there. They are
# named in code, as a file or folder of the project, or as a file and what stands
# in it, as `lib/Core/Window.cpp: Window::take`. A star stands for anything but a
# slash.
#
# Lists of places are complete where a document says how to look for them, by a
# command
#
#   $ grep -rlE 'PATTERN' FOLDERS
#
# which a shell runs in SOURCE_DIR: the part of the document below the same
# heading has to name each file that it prints.
cmake_minimum_required(VERSION 3.25)
set(folders "benchmarks|cmake|docs|examples|fuzz|include|lib|scripts|tools|unittests")
set(place "(${folders})/[^`\n]+|[A-Z][A-Za-z]+[.](json|md|txt)")
set(places 0)
set(searches 0)
# What stands for brackets, which would join elements of lists.
string(ASCII 1 open)
string(ASCII 2 close)

# Files of the project that match `pattern`, relative to it.
function(find_places pattern result)
  file(GLOB found LIST_DIRECTORIES true RELATIVE ${SOURCE_DIR}
    "${SOURCE_DIR}/${pattern}")
  set(${result} "${found}" PARENT_SCOPE)
endfunction()

# Looks at the places that `text`, a part of `document`, names in code; their
# files in `result`.
function(check_places document text result)
  string(REGEX MATCHALL "`(${place})`" spans "${text}")
  set(named)
  foreach(span IN LISTS spans)
    if(NOT span MATCHES "^`([^`: ]+)(: ([^`]+))?`$") # a command, perhaps
      continue()
    endif()
    set(symbol "${CMAKE_MATCH_3}")
    math(EXPR places "${places} + 1")
    find_places("${CMAKE_MATCH_1}" found)
    if(NOT found)
      message(SEND_ERROR "${document}: there is no ${CMAKE_MATCH_1}")
    endif()
    list(APPEND named ${found})
    if(NOT symbol STREQUAL "")
      file(READ "${SOURCE_DIR}/${found}" code)
      string(FIND "${code}" "${symbol}" at)
      if(at EQUAL -1)
        message(SEND_ERROR "${document}: ${found} has no ${symbol}")
      endif()
    endif()
  endforeach()
  set(places ${places} PARENT_SCOPE)
  set(${result} "${named}" PARENT_SCOPE)
endfunction()

foreach(document IN LISTS DOCUMENTS)
  file(READ "${document}" text)
  # Semicolons would make elements of lists.
  string(REPLACE ";" "," text "${text}")
  string(REPLACE "[" "${open}" text "${text}")
  string(REPLACE "]" "${close}" text "${text}")
  string(REGEX REPLACE "\n#+ " ";" parts "\n${text}")
  foreach(part IN LISTS parts)
    check_places("${document}" "${part}" named)
    string(REGEX MATCHALL "\n[$] grep -rlE [^\n]+" commands "${part}")
    foreach(command IN LISTS commands)
      math(EXPR searches "${searches} + 1")
      string(REGEX REPLACE "^\n[$] " "" command "${command}")
      string(REPLACE "${open}" "[" command "${command}")
      string(REPLACE "${close}" "]" command "${command}")
      execute_process(COMMAND sh -c "${command}" WORKING_DIRECTORY ${SOURCE_DIR}
        OUTPUT_VARIABLE found ERROR_VARIABLE errors)
      string(STRIP "${found}" found)
      if(found STREQUAL "" OR NOT errors STREQUAL "")
        message(SEND_ERROR "${document}: this finds nothing: ${command}\n${errors}")
      endif()
      string(REPLACE "\n" ";" found "${found}")
      list(REMOVE_ITEM found ${named})
      list(SORT found)
      list(JOIN found "\n  " missing)
      if(found)
        string(REGEX MATCH "^[^\n]+" heading "${part}")
        message(SEND_ERROR "${document}: \"${heading}\" does not name all files "
          "that this finds: ${command}\n  ${missing}")
      endif()
    endforeach()
  endforeach()
endforeach()
if(places EQUAL 0 OR searches EQUAL 0)
  message(SEND_ERROR "${places} places, ${searches} searches: that cannot be all")
endif()
message(STATUS "${places} places and ${searches} searches were looked at")
