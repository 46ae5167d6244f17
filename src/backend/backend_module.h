/* backend_module.h: backends that are modules (module.h). */
#ifndef MCT_BACKEND_MODULE_H
#define MCT_BACKEND_MODULE_H

#include "backend/backend.h"

/* The table of the backend in libapmct_<file>.so (module.h), of the same version as the library.  Loaded once and kept; NULL
 * and the reason in text[size] where there is none. */
const mct_backend *mct_backend_module(const char *file, char *text, size_t size);

/* What a module exports: its table, of which version and size (a module that was built from other sources is refused). */
const mct_backend *mct_module_backend(const char **version, size_t *size);

#endif
