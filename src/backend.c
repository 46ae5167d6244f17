/* backend.c: the backends; one row each. */
#include "backend.h"

#include <stdio.h>
#include <string.h>

#include "backend_module.h"

/* A backend of the library, or one in a module.  `by_name`: `auto` does not take it. */
typedef struct backend_row {
    const char *name;
    const mct_backend *table; /* NULL: not loaded (yet) */
    const char *module;
    const char *advice; /* what to do where it could not be loaded */
    bool by_name, tried;
    char reason[512]; /* why it could not */
} backend_row;

/* In the order in which `auto` tries them. */
static backend_row rows[] = {
    {.name = "cpu", .table = &mct_backend_cpu},
    {.name = "cuda",
     .module = "cuda",
     .advice = "it needs a build with CUDA, and cuBLAS 13 and cuFFT 12 in /usr/local/cuda/lib64 "
               "or where LD_LIBRARY_PATH says; or use cpu",
     .by_name = true},
    {.name = "cuda-host", .module = "cuda_host", .advice = "it is for tests, and not installed", .by_name = true}};

enum { BACKENDS = sizeof rows / sizeof *rows };

static const mct_backend *table_of(backend_row *row) {
    const mct_backend *table;
#pragma omp critical(mct_backend_rows)
    {
        if (!row->table && !row->tried) {
            char why[256];
            row->table = mct_backend_module(row->module, why, sizeof why);
            if (!row->table) snprintf(row->reason, sizeof row->reason, "%s: %s", why, row->advice);
        }
        row->tried = true;
        table = row->table;
    }
    return table;
}

size_t mct_backend_count(void) {
    return BACKENDS;
}

const char *mct_backend_name(size_t index) {
    return index < BACKENDS ? rows[index].name : NULL;
}

void mct_backend_describe(mct_context *context, size_t index, char *text, size_t size) {
    if (index >= BACKENDS) {
        if (size) text[0] = '\0';
        return;
    }
    const mct_backend *table = table_of(&rows[index]);
    if (table) {
        table->describe(context, text, size);
    } else {
        snprintf(text, size, "%s", rows[index].reason);
    }
}

size_t mct_backend_devices(size_t index, size_t count, mct_device *devices) {
    const mct_backend *table = index < BACKENDS ? table_of(&rows[index]) : NULL;
    return table && table->devices ? table->devices(count, devices) : 0;
}

mct_status mct_backend_check(const mct_backend *backend, mct_context *context, void *state) {
    return backend->check ? backend->check(context, state) : MCT_OK;
}

mct_status mct_backend_exhausted(const mct_backend *backend) {
    return backend->host_memory ? MCT_MEMORY : MCT_BACKEND;
}

mct_status mct_backend_find(mct_context *context, const char *name, const mct_backend **backend) {
    *backend = NULL;
    const bool any = !strcmp(name, "auto");
    char known[128] = "auto";
    for (size_t b = 0; b < BACKENDS; b++) {
        const size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, ", %s", rows[b].name);
        if (any ? rows[b].by_name : strcmp(name, rows[b].name) != 0) continue;
        const mct_backend *table = table_of(&rows[b]);
        if (any && (!table || table->available(NULL) != MCT_OK)) continue;
        if (!table) return mct_fail(context, MCT_BACKEND, "solver.backend = %s: %s", name, rows[b].reason);
        MCT_TRY(table->available(context));
        *backend = table;
        return MCT_OK;
    }
    return mct_fail(context, MCT_BACKEND, "solver.backend = %s: this build has %s", name, known);
}

mct_status mct_backend_resolve(mct_context *context, const char *name, const char **resolved) {
    const mct_backend *backend;
    MCT_TRY(mct_backend_find(context, name, &backend));
    *resolved = backend->name;
    return MCT_OK;
}
