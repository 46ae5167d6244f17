/* backend_module.h: backends in shared objects that are loaded when they are first asked for, so that the library runs where
 * what they need (a C++ runtime, CUDA) is not there. */
#ifndef MCT_BACKEND_MODULE_H
#define MCT_BACKEND_MODULE_H

#include "backend.h"

/* The table of the backend in libapmct_<file>.so, which lies beside the library (or the program, where the library is
 * static), in its folder apmct/ or above it; or, where the environment variable APMCT_MODULES names a folder, only there.  Of
 * the same version as the library.  Loaded once and kept; NULL and the reason in text[size] where there is none. */
const mct_backend *mct_backend_module(const char *file, char *text, size_t size);

/* What a module exports. */
const mct_backend *mct_module_backend(const char **version);

#endif
