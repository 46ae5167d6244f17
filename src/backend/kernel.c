/* kernel.c: the memory kernel as an object: checks, choice of algorithm, counts; the work is the backend's. */
#include <stdlib.h>
#include <string.h>

#include "backend/backend.h"
#include "base/need.h"

mct_solver_options mct_solver_options_default(void) {
    return (mct_solver_options){
        .kernel = MCT_KERNEL_AUTO, .path = MCT_PATH_AUTO, .backend = "auto", .tolerance = 1.0e-12};
}

const char *mct_kernel_algorithm_name(mct_kernel_algorithm algorithm) {
    switch (algorithm) {
    case MCT_KERNEL_AUTO: return "auto";
    case MCT_KERNEL_DIRECT: return "direct";
    case MCT_KERNEL_FACTORIZED: return "factorized";
    case MCT_KERNEL_FOURIER: return "fourier";
    }
    return "unknown";
}

static mct_shape shape_of(const mct_backend *backend, const mct_grid *grid, size_t species, size_t points,
                          const mct_solver_options *options, int threads) {
    mct_shape shape = {.grid = *grid,
                       .species = species,
                       .points = points,
                       .algorithm = options->kernel,
                       .path = options->path,
                       .threads = threads};
    if (shape.algorithm == MCT_KERNEL_AUTO) shape.algorithm = backend->choose(&shape);
    return shape;
}

size_t mct_kernel_memory(const mct_grid *grid, size_t species, size_t points, const mct_solver_options *options) {
    const mct_backend *backend;
    if (mct_backend_find(NULL, options->backend, grid->points * points, &backend) != MCT_OK) return 0;
    mct_shape shape = shape_of(backend, grid, species, points, options, 1);
    return backend->memory_needed(&shape);
}

mct_status mct_kernel_create_shared(mct_context *context, const mct_grid *grid, size_t species, size_t points,
                                    const mct_solver_options *options, int threads, mct_kernel *share,
                                    mct_kernel **kernel) {
    *kernel = NULL;
    if (species < 1 || points < 1) {
        return mct_fail(context, MCT_ARGUMENT, "a memory kernel for %zu species and %zu points: at least 1 of each",
                        species, points);
    }
    if ((unsigned)options->kernel > MCT_KERNEL_FOURIER || (unsigned)options->path > MCT_PATH_RANK_ONE) {
        return mct_fail(context, MCT_ARGUMENT, "a memory kernel with algorithm %d and path %d: none such",
                        (int)options->kernel, (int)options->path);
    }
    const mct_backend *backend;
    MCT_TRY(mct_backend_find(context, options->backend, grid->points * points, &backend));
    const mct_shape shape = shape_of(backend, grid, species, points, options, threads);
    const size_t needed = backend->memory_needed(&shape), available = backend->memory_available();
    if (needed > available) {
        MCT_TRY(backend->available(context)); /* a lost device has no memory either */
        return mct_fail(context, mct_backend_exhausted(backend),
                        "grid.points = %zu with solver.kernel %s needs %.3g GiB of memory for %zu point%s of %zu "
                        "species; %.3g GiB are available%s",
                        grid->points, mct_kernel_algorithm_name(shape.algorithm), (double)needed / 0x1p30, points,
                        points == 1 ? "" : "s", species, (double)available / 0x1p30,
                        backend->host_memory ? "" : " on the device");
    }
    mct_kernel *k = calloc(1, sizeof *k);
    if (!k) return mct_fail(context, MCT_MEMORY, "memory kernel: out of memory");
    k->context = context;
    k->backend = backend;
    k->shape = shape;
    mct_status status = backend->create(context, &shape, share ? share->state : NULL, &k->state);
    if (status != MCT_OK) {
        free(k);
        return status;
    }
    *kernel = k;
    return MCT_OK;
}

mct_status mct_kernel_create(mct_context *context, const mct_grid *grid, size_t species, size_t points,
                             const mct_solver_options *options, mct_kernel **kernel) {
    MCT_NEED(context, grid, options, kernel);
    *kernel = NULL;
    MCT_TRY(mct_grid_check(context, grid));
    return mct_kernel_create_shared(context, grid, species, points, options, mct_context_threads(context), NULL,
                                    kernel);
}

void mct_kernel_destroy(mct_kernel *kernel) {
    if (!kernel) return;
    kernel->backend->destroy(kernel->state);
    free(kernel);
}

mct_status mct_kernel_set_statics(mct_kernel *kernel, size_t point, const mct_statics *statics) {
    MCT_NEED(NULL, kernel);
    MCT_NEED(kernel->context, statics);
    const mct_shape *shape = &kernel->shape;
    if (point >= shape->points) {
        return mct_fail(kernel->context, MCT_ARGUMENT, "point %zu of a memory kernel for %zu", point, shape->points);
    }
    if (statics->points != shape->grid.points || statics->species != shape->species) {
        return mct_fail(kernel->context, MCT_ARGUMENT,
                        "statics of %zu species on %zu wave numbers for a memory kernel of %zu and %zu",
                        statics->species, statics->points, shape->species, shape->grid.points);
    }
    if (shape->path == MCT_PATH_RANK_ONE && !statics->one_direct_correlation) {
        return mct_fail(kernel->context, MCT_ARGUMENT,
                        "the rank-one path needs the same direct correlation function for all species");
    }
    return kernel->backend->set_statics(kernel->context, kernel->state, point, statics);
}

mct_kernel_algorithm mct_kernel_algorithm_used(const mct_kernel *kernel) {
    return kernel->shape.algorithm;
}

const char *mct_kernel_backend_name(const mct_kernel *kernel) {
    return kernel->backend->name;
}

unsigned long mct_kernel_evaluations(const mct_kernel *kernel) {
    return kernel->evaluations;
}

static mct_status begin(mct_kernel *kernel, size_t first, size_t count) {
    if (first > kernel->shape.points || count > kernel->shape.points - first) {
        return mct_fail(kernel->context, MCT_ARGUMENT, "points %zu ... %zu of a memory kernel for %zu", first,
                        first + count, kernel->shape.points);
    }
    kernel->evaluations += count;
    return MCT_OK;
}

/* The public functions take arrays of the host, in[0], in[1] (NULL: none) and out (may be NULL): copies of them where the
 * backend has memory of its own. */
typedef struct staged {
    const double *in[2];
    double *out, *memory;
} staged;

static mct_status stage(mct_kernel *kernel, size_t count, const double *in0, const double *in1, double *out,
                        staged *s) {
    const mct_backend *backend = kernel->backend;
    const size_t n = count * kernel->shape.species * kernel->shape.species * kernel->shape.grid.points;
    if (backend->host_memory) {
        *s = (staged){{in0, in1}, out, NULL};
        return MCT_OK;
    }
    double *const memory = backend->allocate(3 * n);
    if (!memory)
        return mct_fail(kernel->context, mct_backend_exhausted(backend), "memory kernel: out of memory of the device");
    *s = (staged){{memory, in1 ? memory + n : NULL}, out ? memory + 2 * n : NULL, memory};
    backend->upload(memory, in0, n);
    if (in1) backend->upload(memory + n, in1, n);
    return MCT_OK;
}

static mct_status unstage(mct_kernel *kernel, size_t count, double *out, const staged *s) {
    const size_t n = count * kernel->shape.species * kernel->shape.species * kernel->shape.grid.points;
    if (!s->memory) return MCT_OK;
    if (out) kernel->backend->download(out, s->out, n);
    kernel->backend->release(s->memory);
    return mct_backend_check(kernel->backend, kernel->context, kernel->state);
}

mct_status mct_kernel_apply(mct_kernel *kernel, size_t first, size_t count, const double *F, double *M) {
    MCT_NEED(NULL, kernel);
    MCT_NEED(kernel->context, F, M);
    return mct_kernel_bilinear(kernel, first, count, F, F, M);
}

mct_status mct_kernel_bilinear(mct_kernel *kernel, size_t first, size_t count, const double *F, const double *G,
                               double *M) {
    MCT_NEED(NULL, kernel);
    MCT_NEED(kernel->context, F, G, M);
    staged s = {.memory = NULL};
    MCT_TRY(begin(kernel, first, count));
    MCT_TRY(stage(kernel, count, F, G, M, &s));
    kernel->backend->apply(kernel->state, first, count, s.in[0], s.in[1], s.out);
    return unstage(kernel, count, M, &s);
}

mct_status mct_kernel_linearise(mct_kernel *kernel, size_t first, size_t count, const double *F, double *M) {
    MCT_NEED(NULL, kernel);
    MCT_NEED(kernel->context, F);
    staged s = {.memory = NULL};
    MCT_TRY(begin(kernel, first, count));
    if (!M) kernel->evaluations -= count; /* images only: no evaluation */
    MCT_TRY(stage(kernel, count, F, NULL, M, &s));
    kernel->backend->linearise(kernel->state, first, count, s.in[0], s.out);
    return unstage(kernel, count, M, &s);
}

mct_status mct_kernel_derivative(mct_kernel *kernel, size_t first, size_t count, const double *d, double *dM) {
    MCT_NEED(NULL, kernel);
    MCT_NEED(kernel->context, d, dM);
    staged s = {.memory = NULL};
    MCT_TRY(begin(kernel, first, count));
    MCT_TRY(stage(kernel, count, d, NULL, dM, &s));
    kernel->backend->derivative(kernel->state, first, count, s.in[0], s.out);
    return unstage(kernel, count, dM, &s);
}

mct_status mct_kernel_adjoint(mct_kernel *kernel, size_t first, size_t count, const double *l, double *w) {
    MCT_NEED(NULL, kernel);
    MCT_NEED(kernel->context, l, w);
    staged s = {.memory = NULL};
    MCT_TRY(begin(kernel, first, count));
    MCT_TRY(stage(kernel, count, l, NULL, w, &s));
    kernel->backend->adjoint(kernel->state, first, count, s.in[0], s.out);
    return unstage(kernel, count, w, &s);
}
