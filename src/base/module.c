/* module.c: see module.h. */
#include "base/module.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef MCT_LIBRARY_FROM_HERE
#define MCT_LIBRARY_FROM_HERE ".."
#endif

enum { PATH_LENGTH = 4096 };
static const char from_here[] = "/" MCT_LIBRARY_FROM_HERE;

/* The folder of the library or the program that this function is in. */
static bool own_folder(char *folder, size_t size) {
    static const char here; /* any address in it */
    Dl_info info;
    if (dladdr(&here, &info) && info.dli_fname && strchr(info.dli_fname, '/')) {
        if (snprintf(folder, size, "%s", info.dli_fname) >= (int)size) return false;
    } else { /* a program found through PATH is known by its bare name */
        const ssize_t length = readlink("/proc/self/exe", folder, size - 1);
        if (length < 0) return false;
        folder[length] = '\0';
    }
    *strrchr(folder, '/') = '\0';
    return true;
}

/* The first place that has the file.  The search is our own, not that of dlopen: that looks beside whoever calls dlopen, and
 * under a sanitizer or a profiler that is not this file. */
static bool find(const char *name, char *path, size_t size) {
    char own[PATH_LENGTH] = ".";
    const char *wanted = getenv("APMCT_MODULES");
    const bool known = own_folder(own, sizeof own);
    const char *const folder = wanted ? wanted : own;
    const char *const below[] = {"", "/apmct", from_here, "/../lib"};
    if (!wanted && !known) return false;
    for (size_t i = 0; i < (wanted ? 1 : sizeof below / sizeof *below); i++) {
        const int length = snprintf(path, size, "%s%s/libapmct_%s.so", folder, below[i], name);
        if (length < (int)size && access(path, R_OK) == 0) return true;
    }
    return false;
}

void *mct_module_open(const char *name, int flags, char *text, size_t size) {
    char path[PATH_LENGTH + 64];
    if (!find(name, path, sizeof path)) {
        snprintf(text, size, "no libapmct_%s.so beside the library", name);
        return NULL;
    }
    void *module = dlopen(path, flags);
    if (!module) snprintf(text, size, "%s", dlerror());
    return module;
}

bool mct_module_exists(const char *name) {
    char path[PATH_LENGTH + 64];
    return find(name, path, sizeof path);
}

void mct_module_function(void *module, const char *symbol, void *function) {
    *(void **)function = dlsym(module, symbol);
}
