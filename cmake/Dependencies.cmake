# What the library needs, as one interface target `apmct_dependencies`.  The same file is installed and read by
# apmctConfig.cmake when the library is static.

find_package(PkgConfig REQUIRED)
set(HDF5_PREFER_PARALLEL FALSE)
find_package(HDF5 REQUIRED COMPONENTS C HL)
find_package(OpenMP REQUIRED COMPONENTS C)
pkg_check_modules(APMCT_YAML REQUIRED IMPORTED_TARGET yaml-0.1)

if(NOT TARGET apmct_dependencies)
    add_library(apmct_dependencies INTERFACE IMPORTED GLOBAL)
    target_link_libraries(apmct_dependencies INTERFACE
        hdf5::hdf5_hl hdf5::hdf5 PkgConfig::APMCT_YAML OpenMP::OpenMP_C m
        ${CMAKE_DL_LIBS})
endif()
