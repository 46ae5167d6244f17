/* backend.c: the backends; one row each. */
#include "backend/backend.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "backend/automatic.h"
#include "backend/backend_module.h"
#include "base/module.h"
#include "base/need.h"

/* A backend of the library, or one in a module. */
typedef struct backend_row {
    const char *name;
    const mct_backend *table; /* NULL: not loaded (yet) */
    const char *module;
    const char *advice; /* what to do where it could not be loaded */
    const char *driver; /* the library of the driver of its devices: `auto` may take them */
    bool tried;
    char reason[512]; /* why it could not */
} backend_row;

static backend_row rows[] = {
    {.name = "cpu", .table = &mct_backend_cpu},
    {.name = "cuda",
     .module = "cuda",
     .advice = "it needs a build with CUDA, and cuBLAS 13 and cuFFT 12 in /usr/local/cuda/lib64 "
               "or where LD_LIBRARY_PATH says; or use cpu",
     .driver = "libcuda.so.1"},
    {.name = "cuda-host", .module = "cuda_host", .advice = "it is for tests, and not installed"}};

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

size_t mct_backend_device_from(void) {
    return MCT_AUTO_DEVICE_FROM;
}

/* A device that answers; NULL and a warning where one should and does not. */
static const mct_backend *answering(mct_context *context, backend_row *row) {
    char why[512];
    if (!row->driver || !mct_module_exists(row->module) || !dlopen(row->driver, RTLD_LAZY | RTLD_LOCAL)) return NULL;
    const mct_backend *const table = table_of(row);
    if (table && table->available(NULL) == MCT_OK) return table;
    if (table) {
        table->describe(context, why, sizeof why);
    } else {
        snprintf(why, sizeof why, "%s", row->reason);
    }
    mct_tell(context, MCT_MESSAGE_WARNING, "solver.backend = auto takes the CPU, not %s: %s", row->name, why);
    return NULL;
}

static const mct_backend *choose(mct_context *context, size_t work) {
    for (size_t b = 0; b < BACKENDS && work >= MCT_AUTO_DEVICE_FROM; b++) {
        const mct_backend *const table = answering(context, &rows[b]);
        if (table) return table;
    }
    return &mct_backend_cpu;
}

mct_status mct_backend_find(mct_context *context, const char *name, size_t work, const mct_backend **backend) {
    *backend = NULL;
    if (!strcmp(name, "auto")) {
        *backend = choose(context, work);
        return MCT_OK;
    }
    char known[128] = "auto";
    for (size_t b = 0; b < BACKENDS; b++) {
        const size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, ", %s", rows[b].name);
        if (strcmp(name, rows[b].name) != 0) continue;
        const mct_backend *table = table_of(&rows[b]);
        if (!table) return mct_fail(context, MCT_BACKEND, "solver.backend = %s: %s", name, rows[b].reason);
        MCT_TRY(table->available(context));
        *backend = table;
        return MCT_OK;
    }
    return mct_fail(context, MCT_BACKEND, "solver.backend = %s: this build has %s", name, known);
}

mct_status mct_backend_resolve(mct_context *context, const char *name, size_t work, const char **resolved) {
    MCT_NEED(context, name, resolved);
    const mct_backend *backend;
    MCT_TRY(mct_backend_find(context, name, work, &backend));
    *resolved = backend->name;
    return MCT_OK;
}
