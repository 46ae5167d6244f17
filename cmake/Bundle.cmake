# `cmake --build BUILD --target bundle`: one folder, and BUILD/bundle/apmct-VERSION-SYSTEM.tar.gz of it, that runs where
# nothing is installed but the C library (that of this machine or a later one): the command, its modules, the benchmark,
# the tests of the CUDA sources and every shared library that they need.  Not in it, and found on the machine it runs on:
# the driver, cuBLAS and cuFFT (LD_LIBRARY_PATH, /usr/local/cuda), MPI, gnuplot.
#
# OpenBLAS, which src/cpu/kernel/blas.c loads at run time, comes with the module that runs CUDA sources on the host.
#
# patchelf (Debian: patchelf) tells the libraries to look for each other in their own folder.

find_program(APMCT_PATCHELF patchelf)
set(apmct_bundle_summary "no patchelf, or no CUDA sources on the host (not needed)")
if(NOT APMCT_PATCHELF OR NOT CMAKE_SYSTEM_NAME STREQUAL "Linux" OR NOT TARGET apmct_command OR APMCT_SANITIZE OR
    NOT TARGET apmct_cuda_host_module)
    return()
endif()

string(TOLOWER "apmct-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR}" apmct_bundle)
set(apmct_bundle_summary "${apmct_bundle}")
set(apmct_bundle_prefix ${PROJECT_BINARY_DIR}/bundle/${apmct_bundle})
set(apmct_bundle_component COMPONENT bundle EXCLUDE_FROM_ALL)

# ---- programs and modules ---------------------------------------------------------------------------------------
get_property(apmct_cuda_tests GLOBAL PROPERTY apmct_cuda_tests)
list(FILTER apmct_cuda_tests INCLUDE REGEX "^test_(backend|port)$|_device$") # others take long, or test the tests
set(apmct_bundle_targets)
foreach(target IN ITEMS apmct apmct_command apmct_bench apmct_cuda apmct_cuda_host_module apmct_mpi ${apmct_cuda_tests})
    if(TARGET ${target})
        list(APPEND apmct_bundle_targets ${target})
    endif()
endforeach()
foreach(target IN LISTS apmct_cuda_tests ITEMS apmct_bench)
    if(TARGET ${target})
        set_target_properties(${target} PROPERTIES
            INSTALL_RPATH "$ORIGIN/../lib;/usr/local/cuda/lib64")
    endif()
endforeach()
foreach(target IN ITEMS apmct apmct_cuda apmct_cuda_host_module apmct_mpi)
    if(TARGET ${target})
        set_target_properties(${target} PROPERTIES INSTALL_RPATH "$ORIGIN;/usr/local/cuda/lib64")
    endif()
endforeach()
install(TARGETS ${apmct_bundle_targets} RUNTIME_DEPENDENCY_SET apmct_bundle_libraries
    RUNTIME DESTINATION bin ${apmct_bundle_component}
    LIBRARY DESTINATION lib ${apmct_bundle_component} NAMELINK_SKIP
    ARCHIVE DESTINATION lib ${apmct_bundle_component})

# ---- what they need ---------------------------------------------------------------------------------------------
install(RUNTIME_DEPENDENCY_SET apmct_bundle_libraries
    PRE_EXCLUDE_REGEXES
        "^ld-linux" "^lib(c|m|dl|rt|pthread|resolv|util)\\.so" # of the C library
        "^lib(cuda|cudart|cublas|cublasLt|cufft|nvJitLink|nvidia-.*)\\.so"
        "^lib(mpi|open-rte|open-pal)\\.so"
        "^libapmct\\.so"
    LIBRARY DESTINATION lib ${apmct_bundle_component}
    RUNTIME DESTINATION lib ${apmct_bundle_component}
    FRAMEWORK DESTINATION lib ${apmct_bundle_component})
install(CODE "
    file(GLOB libraries \"\${CMAKE_INSTALL_PREFIX}/lib/*.so*\")
    foreach(library IN LISTS libraries)
        if(NOT IS_SYMLINK \"\${library}\" AND NOT library MATCHES \"/libapmct\")
            execute_process(COMMAND \"${APMCT_PATCHELF}\" --set-rpath \"\\\$ORIGIN\" \"\${library}\"
                COMMAND_ERROR_IS_FATAL ANY)
        endif()
    endforeach()
" ${apmct_bundle_component})

# ---- texts and data ---------------------------------------------------------------------------------------------
execute_process(COMMAND getconf GNU_LIBC_VERSION OUTPUT_VARIABLE apmct_libc_version OUTPUT_STRIP_TRAILING_WHITESPACE)
configure_file(cmake/bundle/README.in bundle/README @ONLY)
install(PROGRAMS cmake/bundle/run-tests DESTINATION . ${apmct_bundle_component})
install(FILES ${PROJECT_BINARY_DIR}/bundle/README LICENSE DESTINATION . ${apmct_bundle_component})
install(DIRECTORY data docs DESTINATION . ${apmct_bundle_component})

# ---- the target -------------------------------------------------------------------------------------------------
add_custom_target(bundle
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${apmct_bundle_prefix}
    COMMAND ${CMAKE_COMMAND} --install ${PROJECT_BINARY_DIR} --component bundle --prefix ${apmct_bundle_prefix} --strip
    COMMAND ${CMAKE_COMMAND} -E tar czf ${apmct_bundle}.tar.gz ${apmct_bundle}
    COMMAND du -sh ${apmct_bundle} ${apmct_bundle}.tar.gz
    WORKING_DIRECTORY ${PROJECT_BINARY_DIR}/bundle
    VERBATIM)
add_dependencies(bundle ${apmct_bundle_targets})
