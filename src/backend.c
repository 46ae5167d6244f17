/* backend.c: the backends of this build; one row each. */
#include "backend.h"

#include <stdio.h>
#include <string.h>

/* In the order in which `auto` tries them. */
const mct_backend *const mct_backends[] = {&mct_backend_cpu};

enum { BACKENDS = sizeof mct_backends / sizeof *mct_backends };

size_t mct_backend_count(void) {
    return BACKENDS;
}

const char *mct_backend_name(size_t index) {
    return index < BACKENDS ? mct_backends[index]->name : NULL;
}

void mct_backend_describe(mct_context *context, size_t index, char *text, size_t size) {
    if (index < BACKENDS) {
        mct_backends[index]->describe(context, text, size);
    } else if (size) {
        text[0] = '\0';
    }
}

mct_status mct_backend_find(mct_context *context, const char *name, const mct_backend **backend) {
    *backend = NULL;
    const bool any = !strcmp(name, "auto");
    char known[128] = "auto";
    for (size_t b = 0; b < BACKENDS; b++) {
        const size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, ", %s", mct_backends[b]->name);
        if (any && mct_backends[b]->available(NULL) != MCT_OK) continue;
        if (any || !strcmp(name, mct_backends[b]->name)) {
            MCT_TRY(mct_backends[b]->available(context));
            *backend = mct_backends[b];
            return MCT_OK;
        }
    }
    return mct_fail(context, MCT_BACKEND, "solver.backend = %s: this build has %s", name, known);
}

mct_status mct_backend_resolve(mct_context *context, const char *name, const char **resolved) {
    const mct_backend *backend;
    MCT_TRY(mct_backend_find(context, name, &backend));
    *resolved = backend->name;
    return MCT_OK;
}
