/* backend_module.c: see backend_module.h. */
#include "backend/backend_module.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "apmct/version.h"
#include "base/module.h"

const mct_backend *mct_backend_module(const char *file, char *text, size_t size) {
    const mct_backend *(*get)(const char **, size_t *) = NULL;
    const char *version = "";
    size_t table_size = 0;
    void *module = mct_module_open(file, RTLD_NOW | RTLD_LOCAL, text, size);
    if (!module) return NULL;
    mct_module_function(module, "mct_module_backend", &get);
    const mct_backend *table = get ? get(&version, &table_size) : NULL;
    if (!table || strcmp(version, MCT_VERSION_STRING) != 0 || table_size != sizeof *table) {
        snprintf(text, size, "libapmct_%s.so is of another version", file);
        return NULL;
    }
    return table;
}
