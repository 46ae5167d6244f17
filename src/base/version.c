/* version.c: what was built, as the compiler tells it. */
#include "apmct/version.h"

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER "gcc " __VERSION__
#else
#define COMPILER "unknown compiler"
#endif

#ifdef __OPTIMIZE__
#define OPTIMISED ", optimised"
#else
#define OPTIMISED ", not optimised"
#endif

#ifdef _OPENMP
#define THREADED ", OpenMP"
#else
#define THREADED ", no OpenMP"
#endif

#if defined(__SANITIZE_ADDRESS__)
#define SANITISED ", address sanitizer"
#else
#define SANITISED ""
#endif

const char *mct_version(void) {
    return MCT_VERSION_STRING;
}

const char *mct_build_description(void) {
    return COMPILER OPTIMISED THREADED SANITISED;
}
