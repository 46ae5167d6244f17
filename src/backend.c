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
    bool by_name, tried;
    char reason[256]; /* why a module could not be loaded */
} backend_row;

/* In the order in which `auto` tries them. */
static backend_row rows[] = {{.name = "cpu", .table = &mct_backend_cpu},
                             {.name = "cuda", .module = "cuda", .by_name = true},
                             {.name = "cuda-host", .module = "cuda_host", .by_name = true}};

enum { BACKENDS = sizeof rows / sizeof *rows };

static const mct_backend *table_of(backend_row *row) {
    const mct_backend *table;
#pragma omp critical(mct_backend_rows)
    {
        if (!row->table && !row->tried) row->table = mct_backend_module(row->module, row->reason, sizeof row->reason);
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
