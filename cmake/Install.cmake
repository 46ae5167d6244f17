# What `cmake --install` puts where.

set(apmct_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/apmct)

install(TARGETS apmct EXPORT apmctTargets
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET apmct_command)
    install(TARGETS apmct_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
if(TARGET apmct_mpi)
    install(TARGETS apmct_mpi LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()
if(TARGET apmct_cuda)
    install(TARGETS apmct_cuda LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/apmct)
endif()
if(NOT BUILD_SHARED_LIBS) # named, not followed: its dependencies are found again by apmctConfig.cmake
    install(TARGETS apmct_flags EXPORT apmctTargets)
endif()

file(GLOB apmct_headers CONFIGURE_DEPENDS include/apmct/*.h)
install(FILES ${apmct_headers} ${PROJECT_BINARY_DIR}/include/apmct/version.h
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/apmct)

install(EXPORT apmctTargets NAMESPACE apmct:: DESTINATION ${apmct_cmake_dir})
configure_package_config_file(cmake/apmctConfig.cmake.in apmctConfig.cmake INSTALL_DESTINATION ${apmct_cmake_dir})
write_basic_package_version_file(apmctConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
    ${PROJECT_BINARY_DIR}/apmctConfig.cmake
    ${PROJECT_BINARY_DIR}/apmctConfigVersion.cmake
    cmake/Dependencies.cmake
    DESTINATION ${apmct_cmake_dir})

# pkg-config: what a static library needs besides is in the private fields.
set(apmct_pc_libraries "")
foreach(library IN LISTS HDF5_HL_LIBRARIES HDF5_C_LIBRARIES)
    if(library MATCHES "^/" OR library MATCHES "^-")
        string(APPEND apmct_pc_libraries " ${library}")
    else()
        string(APPEND apmct_pc_libraries " -l${library}")
    endif()
endforeach()
configure_file(apmct.pc.in apmct.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/apmct.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

file(GLOB apmct_completion CONFIGURE_DEPENDS src/cli/*.bash)
if(apmct_completion)
    install(FILES ${apmct_completion}
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME apmct)
endif()

file(GLOB apmct_documents CONFIGURE_DEPENDS docs/*.md)
install(FILES ${apmct_documents} README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY data/ DESTINATION ${CMAKE_INSTALL_DATADIR}/apmct)
install(DIRECTORY examples/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
