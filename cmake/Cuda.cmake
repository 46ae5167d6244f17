# The CUDA sources, cuda/*.cu, go through two compilers:
#   the C++ compiler  runs them on the host (cuda/host), for tests without a GPU: apmct_cuda_host
#   nvcc              makes the module that is loaded where there is a device: cuda/CMakeLists.txt
# Neither is needed for the library and the command.

set(APMCT_CUDA_HOST AUTO CACHE STRING "Build the CUDA sources for the host: ON, OFF or AUTO (where there are a C++ compiler and FFTW)")
set(APMCT_CUDA AUTO CACHE STRING "Build the CUDA sources for devices: ON, OFF or AUTO (where nvcc is found)")
set(APMCT_CUDA_ARCHITECTURES "75-real;80-real;86-real;89-real;90" CACHE STRING
    "Compute capabilities to build for; the last one also as PTX, for what comes later")

file(GLOB_RECURSE apmct_cuda_sources CONFIGURE_DEPENDS cuda/*.cu)

set(apmct_cuda_host_summary "off")
if(APMCT_CUDA_HOST)
    check_language(CXX)
    if(CMAKE_CXX_COMPILER AND APMCT_FFTW_FOUND)
        enable_language(CXX)
        set(apmct_cuda_host_summary "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")
    elseif(APMCT_CUDA_HOST STREQUAL "AUTO")
        set(apmct_cuda_host_summary "no C++ compiler, or no FFTW")
    else()
        message(FATAL_ERROR "APMCT_CUDA_HOST needs a C++ compiler and FFTW (Debian: g++, libfftw3-dev)")
    endif()
endif()

if(CMAKE_CXX_COMPILER_LOADED)
    set(CMAKE_CXX_STANDARD 17)
    set(CMAKE_CXX_STANDARD_REQUIRED ON)

    add_library(apmct_cxx_flags INTERFACE)
    target_include_directories(apmct_cxx_flags INTERFACE ${PROJECT_SOURCE_DIR}/cuda ${apmct_include_directories})
    target_compile_options(apmct_cxx_flags INTERFACE
        -Wall -Wextra -Wshadow -Wpedantic -fno-math-errno -fno-trapping-math $<$<BOOL:${APMCT_WERROR}>:-Werror>)

    # for what is not instrumented otherwise
    add_library(apmct_cxx_checks INTERFACE)
    target_compile_options(apmct_cxx_checks INTERFACE
        ${apmct_sanitize} $<$<BOOL:${APMCT_COVERAGE}>:--coverage>)

    # apmct_add_cuda_host(NAME SOURCE...): CUDA sources as C++; APMCT_INSTRUMENTED: with a call at each access to memory,
    # for the detection of races (the functions are those of cuda/host/race_hooks.cpp, not the sanitizer's).
    function(apmct_add_cuda_host name)
        cmake_parse_arguments(PARSE_ARGV 1 arg "INSTRUMENTED" "" "")
        set_source_files_properties(${arg_UNPARSED_ARGUMENTS} PROPERTIES LANGUAGE CXX)
        add_library(${name} OBJECT ${arg_UNPARSED_ARGUMENTS})
        target_link_libraries(${name} PRIVATE apmct_cxx_flags apmct_dependencies)
        if(arg_INSTRUMENTED)
            target_compile_options(${name} PRIVATE -fsanitize=thread)
        else()
            target_link_libraries(${name} PRIVATE apmct_cxx_checks)
        endif()
    endfunction()

    file(GLOB apmct_cuda_runtime_sources CONFIGURE_DEPENDS cuda/host/*.cpp)
    list(REMOVE_ITEM apmct_cuda_runtime_sources ${PROJECT_SOURCE_DIR}/cuda/host/race_hooks.cpp)
    add_library(apmct_cuda_runtime OBJECT ${apmct_cuda_runtime_sources})
    target_compile_options(apmct_cuda_runtime PRIVATE -Wconversion)
    target_link_libraries(apmct_cuda_runtime
        PRIVATE apmct_cxx_flags apmct_cxx_checks apmct_dependencies PUBLIC PkgConfig::APMCT_FFTW PkgConfig::APMCT_OPENBLAS)

    apmct_add_cuda_host(apmct_cuda_host ${apmct_cuda_sources})

    add_library(apmct_cuda_host_table OBJECT cuda/backend_cuda.c)
    target_include_directories(apmct_cuda_host_table PRIVATE ${apmct_include_directories})
    target_compile_definitions(apmct_cuda_host_table PRIVATE
        MCT_CUDA_BACKEND=mct_backend_cuda_host MCT_CUDA_NAME="cuda-host")
    target_link_libraries(apmct_cuda_host_table PRIVATE apmct_flags)

    # the backend "cuda-host": not installed, since it is for tests
    add_library(apmct_cuda_host_module MODULE $<TARGET_OBJECTS:apmct_cuda_host>
        $<TARGET_OBJECTS:apmct_cuda_host_table> $<TARGET_OBJECTS:apmct_cuda_runtime>)
    set_target_properties(apmct_cuda_host_module PROPERTIES OUTPUT_NAME apmct_cuda_host)
    target_include_directories(apmct_cuda_host_module PRIVATE ${apmct_include_directories})
    target_link_libraries(apmct_cuda_host_module PRIVATE apmct_flags apmct_base apmct_dependencies
        PkgConfig::APMCT_FFTW PkgConfig::APMCT_OPENBLAS)
endif()

check_language(CUDA)
set(apmct_cuda_summary "off")
if(APMCT_CUDA AND CMAKE_CUDA_COMPILER)
    enable_language(CUDA)
    find_package(CUDAToolkit 13.0 REQUIRED)
    set(CMAKE_CUDA_STANDARD 17)
    set(CMAKE_CUDA_STANDARD_REQUIRED ON)
    set(CMAKE_CUDA_ARCHITECTURES ${APMCT_CUDA_ARCHITECTURES})
    add_subdirectory(cuda) # a folder of its own, since there the sources are in another language
    set(apmct_cuda_summary "${CMAKE_CUDA_COMPILER}, ${APMCT_CUDA_ARCHITECTURES}")
elseif(APMCT_CUDA STREQUAL "AUTO")
    set(apmct_cuda_summary "nvcc not found (not needed)")
elseif(APMCT_CUDA)
    message(FATAL_ERROR "APMCT_CUDA needs nvcc, of CUDA 13 or later")
endif()
