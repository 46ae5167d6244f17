/* backend_module.c: see backend_module.h. */
#include "backend_module.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apmct/version.h"

enum { PATH_LENGTH = 4096 };

/* The folder of the library or the program that this function is in. */
static bool own_folder(char *folder, size_t size) {
    static const char here; /* any address in it */
    Dl_info info;
    if (!dladdr(&here, &info) || !info.dli_fname) return false;
    const char *slash = strrchr(info.dli_fname, '/');
    if (!slash) return false;
    return snprintf(folder, size, "%.*s", (int)(slash - info.dli_fname), info.dli_fname) < (int)size;
}

/* The first place that has the file. */
static bool find(const char *file, char *path, size_t size) {
    char own[PATH_LENGTH] = ".";
    const char *wanted = getenv("APMCT_MODULES");
    const bool known = own_folder(own, sizeof own);
    const char *const folder = wanted ? wanted : own, *const below[] = {"", "/apmct", "/.."};
    if (!wanted && !known) return false;
    for (size_t i = 0; i < (wanted ? 1 : sizeof below / sizeof *below); i++) {
        const int length = snprintf(path, size, "%s%s/libapmct_%s.so", folder, below[i], file);
        if (length < (int)size && access(path, R_OK) == 0) return true;
    }
    return false;
}

const mct_backend *mct_backend_module(const char *file, char *text, size_t size) {
    char path[PATH_LENGTH + 64];
    if (!find(file, path, sizeof path)) {
        snprintf(text, size, "no libapmct_%s.so beside the library", file);
        return NULL;
    }
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL); /* stays until the program ends */
    if (!module) {
        snprintf(text, size, "%s", dlerror());
        return NULL;
    }
    const mct_backend *(*get)(const char **) = NULL;
    *(void **)&get = dlsym(module, "mct_module_backend");
    const char *version = "";
    const mct_backend *table = get ? get(&version) : NULL;
    if (!table || strcmp(version, MCT_VERSION_STRING) != 0) {
        snprintf(text, size, "%s is of another version", path);
        return NULL;
    }
    return table;
}
