/* backend_cpu.c: the CPU's row of the backend table: creation, statics, choice of the algorithm. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/cpu.h"

static void copy(double *to, const double *from, size_t count) {
    memcpy(to, from, count * sizeof *to);
}

static mct_status available(mct_context *context) {
    if (mct_loops_select(NULL)) return MCT_OK;
    return mct_fail(context, MCT_BACKEND, "cpu: no set of loops for this processor");
}

static void describe(mct_context *context, char *text, size_t size) {
    const mct_loops *loops = mct_loops_select(NULL);
    const int threads = mct_context_threads(context);
    snprintf(text, size, "%d thread%s, %s", threads, threads == 1 ? "" : "s", loops ? loops->name : "not usable");
}

static const mct_algorithm *algorithm_of(mct_kernel_algorithm algorithm) {
    switch (algorithm) {
    case MCT_KERNEL_DIRECT: return &mct_algorithm_direct;
    case MCT_KERNEL_FACTORIZED: return &mct_algorithm_factorized;
    case MCT_KERNEL_AUTO:
    case MCT_KERNEL_FOURIER: break;
    }
    return &mct_algorithm_fourier;
}

static mct_kernel_algorithm choose(const mct_shape *shape) {
    return shape->grid.points < MCT_AUTO_FACTORIZED_BELOW ? MCT_KERNEL_FACTORIZED : MCT_KERNEL_FOURIER;
}

static size_t functions_max(const mct_shape *shape) {
    const size_t m = shape->species, general = 4 * m * m, rank_one = m * m + 2 * m + 1;
    return shape->path == MCT_PATH_RANK_ONE || general < rank_one ? rank_one : general;
}

/* Doubles of scratch of one thread: increments.c and its algorithm, or the small matrices of glass.c. */
static size_t scratch_size(const mct_shape *shape, const mct_algorithm *algorithm) {
    const size_t matrices = 5 * shape->species * shape->species * MCT_LANES;
    const size_t kernel = mct_increments_scratch(&shape->grid, shape->species) +
                          algorithm->scratch_size(&shape->grid, shape->species, shape->points);
    return mct_pad(kernel > matrices ? kernel : matrices);
}

static size_t shared_size(const mct_shape *shape, const mct_algorithm *algorithm) {
    return algorithm->shared_size ? algorithm->shared_size(&shape->grid, shape->species, shape->points) : 0;
}

/* In long double: no overflow for absurd shapes. */
static size_t memory_needed(const mct_shape *shape) {
    const mct_algorithm *algorithm = algorithm_of(shape->algorithm);
    const long double N = shape->grid.points, m = shape->species, points = shape->points, threads = shape->threads;
    const long double images = (long double)functions_max(shape) * (long double)algorithm->image_size(&shape->grid);
    long double tables = (long double)algorithm->table_size(&shape->grid);
    if (shape->algorithm == MCT_KERNEL_DIRECT) tables = 2 * N * N * N; /* size_t may be too short for it */
    const long double doubles = tables + points * (7 * m * m * N + images) + m * m * N / MCT_PART + 1 +
                                threads * (2 * images + (long double)scratch_size(shape, algorithm)) +
                                (long double)shared_size(shape, algorithm);
    const long double bytes = doubles * (long double)sizeof(double);
    return bytes < (long double)SIZE_MAX / 2 ? (size_t)bytes : SIZE_MAX;
}

static void tables_release(mct_tables *tables) {
    if (!tables) return;
    int left;
#pragma omp atomic capture
    left = --tables->references;
    if (left > 0) return;
    tables->algorithm->destroy(tables);
    mct_cpu_release(tables->k);
    free(tables);
}

static mct_status tables_create(mct_context *context, const mct_shape *shape, mct_tables **out) {
    const mct_grid *grid = &shape->grid;
    mct_tables *tables = calloc(1, sizeof *tables);
    *out = tables;
    if (!tables) return mct_fail(context, MCT_MEMORY, "memory kernel: out of memory");
    tables->references = 1;
    tables->grid = *grid;
    tables->balance = tables->scale = 1.0;
    tables->algorithm = algorithm_of(shape->algorithm);
    tables->k = mct_cpu_allocate(grid->points + MCT_LANES);
    if (!tables->k) return mct_fail(context, MCT_MEMORY, "memory kernel: out of memory");
    for (size_t i = 0; i < grid->points; i++) tables->k[i] = mct_grid_wave_number(grid, i);
    return tables->algorithm->create(context, grid, tables);
}

static void destroy(void *state) {
    mct_cpu *cpu = state;
    if (!cpu) return;
    tables_release(cpu->tables);
    mct_functions_destroy(cpu);
    double *const arrays[] = {cpu->prefactor,  cpu->root_fraction, cpu->pair_root,     cpu->C,       cpu->S,
                              cpu->S_inverse,  cpu->W_inverse,     cpu->weight,        cpu->left,    cpu->right,
                              cpu->image_kept, cpu->image,         cpu->adjoint_image, cpu->scratch, cpu->shared,
                              cpu->part};
    for (size_t a = 0; a < sizeof arrays / sizeof *arrays; a++) mct_cpu_release(arrays[a]);
    free(cpu->rank_one);
    free(cpu);
}

static mct_status create(mct_context *context, const mct_shape *shape, void *share, void **state) {
    *state = NULL;
    mct_cpu *cpu = calloc(1, sizeof *cpu);
    if (!cpu) return mct_fail(context, MCT_MEMORY, "memory kernel: out of memory");
    mct_status status;
    cpu->shape = *shape;
    cpu->N = shape->grid.points;
    cpu->m = shape->species;
    cpu->mm = cpu->m * cpu->m;
    cpu->n = cpu->mm * cpu->N;
    cpu->lags = cpu->N + (shape->grid.quadrature == MCT_QUADRATURE_CORRECTED ? 2 : 0);
    cpu->loops = mct_loops_select(getenv("APMCT_LOOPS"));
    if (!cpu->loops) cpu->loops = mct_loops_select(NULL);
    cpu->algorithm = algorithm_of(shape->algorithm);
    if (share) {
        cpu->tables = ((mct_cpu *)share)->tables;
#pragma omp atomic update
        cpu->tables->references++;
    } else {
        MCT_TRY_CLEANUP(tables_create(context, shape, &cpu->tables));
    }
    if (cpu->algorithm->together) {
        cpu->functions_together = cpu->algorithm->together(cpu, &cpu->components_together);
    }
    MCT_TRY_CLEANUP(mct_functions_create(context, cpu));
    cpu->image_size = cpu->algorithm->image_size(&shape->grid);
    cpu->scratch_size = scratch_size(shape, cpu->algorithm);
    const size_t points = shape->points, threads = (size_t)shape->threads;
    const size_t images = cpu->functions_max * cpu->image_size;
    const struct {
        double **array;
        size_t count;
        bool is_work; /* written before it is read: there is more of it than is used */
    } arrays[] = {{&cpu->prefactor, points * cpu->mm, false},
                  {&cpu->root_fraction, points * cpu->m, false},
                  {&cpu->pair_root, points * cpu->mm, false},
                  {&cpu->C, points * cpu->n, false},
                  {&cpu->S, points * cpu->n, false},
                  {&cpu->S_inverse, points * cpu->n, false},
                  {&cpu->W_inverse, points * cpu->n, false},
                  {&cpu->weight, points * cpu->n, false},
                  {&cpu->left, points * cpu->n, false},
                  {&cpu->right, points * cpu->n, false},
                  {&cpu->image_kept, points * images, true},
                  {&cpu->image, threads * images, true},
                  {&cpu->adjoint_image, threads * images, true},
                  {&cpu->scratch, threads * cpu->scratch_size, true},
                  {&cpu->shared, shared_size(shape, cpu->algorithm), true},
                  {&cpu->part, mct_parts(cpu->n), true}};
    bool enough = (cpu->rank_one = calloc(points, sizeof *cpu->rank_one)) != NULL;
    for (size_t a = 0; a < sizeof arrays / sizeof *arrays; a++) {
        *arrays[a].array =
            arrays[a].is_work ? mct_cpu_allocate_work(arrays[a].count) : mct_cpu_allocate(arrays[a].count);
        enough = enough && *arrays[a].array;
    }
    if (!enough) {
        status = mct_fail(context, MCT_MEMORY, "memory kernel for %zu wave numbers and %zu points: out of memory",
                          cpu->N, points);
        goto cleanup;
    }
    *state = cpu;
    return MCT_OK;
cleanup:
    destroy(cpu);
    return status;
}

static mct_status set_statics(mct_context *context, void *state, size_t point, const mct_statics *statics) {
    (void)context;
    mct_cpu *cpu = state;
    const size_t N = cpu->N, m = cpu->m, at = point * cpu->n;
    const bool rank_one = statics->one_direct_correlation && cpu->shape.path != MCT_PATH_GENERAL;
    cpu->rank_one[point] = rank_one;
    double *const arrays[] = {cpu->S + at, cpu->S_inverse + at, cpu->W_inverse + at};
    const double *const given[] = {statics->structure_factor, statics->structure_factor_inverse,
                                   statics->frequency_inverse};
    MCT_FOR_PARTS(
        cpu->n, mct_cpu_team(cpu, 1), for (size_t a = 0; a < sizeof arrays / sizeof *arrays; a++) {
            memcpy(arrays[a] + first, given[a] + first, (last - first) * sizeof(double));
        })
    for (size_t mu = 0; mu < m; mu++) cpu->root_fraction[point * m + mu] = sqrt(statics->fraction[mu]);
    for (size_t mu = 0; mu < m; mu++) {
        for (size_t nu = 0; nu < m; nu++) {
            const size_t c = mu * m + nu;
            const double root = sqrt(statics->fraction[mu] * statics->fraction[nu]);
            const double *S_mu = statics->structure_factor + (mu * m + mu) * N;
            const double *S_nu = statics->structure_factor + (nu * m + nu) * N;
            cpu->pair_root[point * cpu->mm + c] = root;
            cpu->prefactor[point * cpu->mm + c] = statics->density * statics->diffusivity[mu] *
                                                  statics->diffusivity[nu] / (rank_one ? 1.0 : root) /
                                                  cpu->tables->scale;
            const double factor = rank_one ? 1.0 : root;
            const double *const from = statics->direct_correlation + c * N;
            double *const weight = cpu->weight + at + c * N, *const C = cpu->C + at + c * N;
            MCT_FOR_PARTS(
                N, mct_cpu_team(cpu, 1), for (size_t i = first; i < last; i++) {
                    weight[i] = 1.0 / sqrt(S_mu[i] * S_nu[i]);
                    C[i] = factor * from[i];
                })
        }
    }
    return MCT_OK;
}

static void apply(void *state, size_t first, size_t count, const double *F, const double *G, double *M) {
    mct_cpu *cpu = state;
    cpu->algorithm->evaluate(cpu, first, count, F, G, false, M);
}

static void linearise(void *state, size_t first, size_t count, const double *F, double *M) {
    mct_cpu *cpu = state;
    cpu->algorithm->evaluate(cpu, first, count, F, F, true, M);
}

static void derivative(void *state, size_t first, size_t count, const double *d, double *dM) {
    mct_cpu *cpu = state;
    cpu->algorithm->derivative(cpu, first, count, d, dM);
}

static void adjoint(void *state, size_t first, size_t count, const double *l, double *w) {
    mct_cpu *cpu = state;
    cpu->algorithm->adjoint(cpu, first, count, l, w);
}

const mct_backend mct_backend_cpu = {
    .name = "cpu",
    .host_memory = true,
    .available = available,
    .describe = describe,
    .choose = choose,
    .memory_needed = memory_needed,
    .memory_available = mct_memory_available,
    .create = create,
    .destroy = destroy,
    .set_statics = set_statics,
    .allocate = mct_cpu_allocate_work,
    .release = mct_cpu_release,
    .upload = copy,
    .download = copy,
    .apply = apply,
    .linearise = linearise,
    .derivative = derivative,
    .adjoint = adjoint,
    .glass_map = mct_cpu_glass_map,
    .glass_linearise = mct_cpu_glass_linearise,
    .glass_derivative = mct_cpu_glass_derivative,
    .glass_adjoint = mct_cpu_glass_adjoint,
    .glass_sensitivity = mct_cpu_glass_sensitivity,
    .dot = mct_cpu_dot,
    .max_norm = mct_cpu_max_norm,
    .weigh = mct_cpu_weigh,
    .axpby = mct_cpu_axpby,
    .evolution = &mct_evolution_cpu,
};
