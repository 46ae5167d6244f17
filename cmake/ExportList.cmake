# apmct_export_public_functions(target): the shared library exports the functions that the public headers declare and
# nothing else.  The list is read from the headers, so there is nothing to keep in step.

function(apmct_export_public_functions target)
    if(NOT BUILD_SHARED_LIBS OR NOT UNIX OR APPLE)
        return()
    endif()
    file(GLOB headers CONFIGURE_DEPENDS include/apmct/*.h include/apmct/*.h.in)
    set(functions)
    foreach(header IN LISTS headers)
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${header})
        file(READ ${header} text)
        string(REGEX REPLACE "/\\*([^*]|\\*+[^*/])*\\*+/" " " text "${text}") # comments
        string(REGEX REPLACE "\\\\\n" " " text "${text}")                    # continued lines
        string(REGEX REPLACE "(^|\n)[ \t]*#[^\n]*" "\n" text "${text}")       # preprocessor lines
        string(REGEX REPLACE "static inline[^(]*\\(" " " text "${text}")      # have no symbol
        string(REGEX MATCHALL "mct_[a-z0-9_]+\\(" found "${text}")
        list(APPEND functions ${found})
    endforeach()
    list(REMOVE_DUPLICATES functions)
    list(SORT functions)
    list(TRANSFORM functions REPLACE "\\(" "")
    list(JOIN functions ";\n        " lines)
    set(script ${PROJECT_BINARY_DIR}/apmct.map)
    file(CONFIGURE OUTPUT ${script} @ONLY CONTENT "APMCT_${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR} {
    global:
        @lines@;
    local:
        *;
};
")
    target_link_options(${target} PRIVATE "LINKER:--version-script=${script}")
    set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${script})
    # Functions that are declared but not written yet are no error (some linkers say so by default).
    check_linker_flag(C "LINKER:--undefined-version" APMCT_LINKER_UNDEFINED_VERSION)
    if(APMCT_LINKER_UNDEFINED_VERSION)
        target_link_options(${target} PRIVATE "LINKER:--undefined-version")
    endif()
endfunction()
