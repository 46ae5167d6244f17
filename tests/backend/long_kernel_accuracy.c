/* long_kernel_accuracy.c: the worst error of every algorithm over all q, against long-double sums.
 *
 *     long_kernel_accuracy [--sample] [--threads N] [--seed N]
 *
 * N = 16, 100, 257, 1000, 4096 (--sample: 16, 100, some of 257), cut-off 40.  (Farther out M(q) falls by many decades
 * and the increments are right to rounding of their sum, not of what is left of it.)
 * Reference: correlation sums in long double for all q, themselves held against the direct double sum over the
 * triangle region at up to 100 values of q for every case with N > 60 (all q below). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "reference/support.h"

enum { ALGORITHMS = 3, DIRECT_POINTS_MAX = 257 /* 16 N^3 bytes */ };

static const mct_kernel_algorithm algorithms[ALGORITHMS] = {MCT_KERNEL_DIRECT, MCT_KERNEL_FACTORIZED,
                                                            MCT_KERNEL_FOURIER};

/* Fields of the table. */
typedef enum field { FIELD_STRUCTURE, FIELD_GLASS, FIELD_ACTIVE, FIELD_SMOOTH, FIELD_COUNT } field;
static const char *const field_names[FIELD_COUNT] = {"F = S", "glass", "active glass", "smooth random"};

typedef struct program {
    bool sample;
    int threads;
    uint64_t seed;
    mct_context *context;
    unsigned failures, cases;
} program;

static double allowed(size_t N) {
    return N > 1000 ? 3e-12 : 1e-12; /* ten times the rounding that the increments reach */
}

static void *checked(void *memory) {
    if (!memory) {
        fputs("out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    return memory;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void fill(program *p, field kind, const mct_grid *grid, const mct_mixture *mixture, const mct_statics *statics,
                 double *F) {
    if (kind == FIELD_STRUCTURE)
        support_fill(SUPPORT_STRUCTURE, grid, statics, &p->seed, F);
    else if (kind == FIELD_SMOOTH)
        support_fill(SUPPORT_SMOOTH, grid, statics, &p->seed, F);
    else if (grid->points <= 100)
        support_fill(SUPPORT_GLASS, grid, statics, &p->seed, F);
    else { /* too slow in long double */
        mct_glass_options options = mct_glass_options_default();
        mct_glass_result result;
        options.solver.tolerance = 1e-8;
        if (mct_glass_solve(p->context, &options, grid, 1, mixture, F, &result, NULL, NULL) != MCT_OK ||
            result.state != MCT_GLASS) {
            printf("no glass at N = %zu: %s\n", grid->points, result.message);
            p->failures++;
        }
    }
}

/* The correlation sums against the double sum over the triangle region, which is the definition. */
static void certify(program *p, const reference_state *state, const long double *F, const long double *sum) {
    size_t N = state->points, m = state->species, count = N <= 60 ? N : N > 1000 && m != 2 ? 10 : p->sample ? 20 : 100;
    size_t *q = checked(calloc(count, sizeof *q));
    double *M = checked(calloc(m * m * N, sizeof *M));
    long double *direct = reference_array(m * m * count);
    for (size_t n = 0; n < count; n++) q[n] = n < 5 || N <= 60 ? n : n * (N - 1) / (count - 1);
    reference_kernel_direct(state, F, F, count, q, direct);
    reference_narrow(m * m * N, sum, M);
    double error = support_kernel_error(m * m, N, count, q, M, direct);
    /* 5e-16 is the rounding to double; one species loses digits at the lowest q: a twentieth of what is allowed */
    if (error > (m == 1 ? 0.05 * allowed(N) : 2e-15)) {
        printf("the references disagree by %.2e at N = %zu, m = %zu\n", error, N, m);
        p->failures++;
    }
    free(q), free(M), free(direct);
}

/* All algorithms and paths on one F. */
static void compare(program *p, const mct_grid *grid, const mct_statics *statics, const double *F,
                    const long double *sum, const char *name) {
    size_t N = grid->points, m = statics->species;
    double *M = checked(calloc(m * m * N, sizeof *M));
    for (size_t a = 0; a < ALGORITHMS; a++)
        for (int path = MCT_PATH_GENERAL; path <= MCT_PATH_RANK_ONE; path++) {
            mct_solver_options options = mct_solver_options_default();
            mct_kernel *kernel = NULL;
            if (algorithms[a] == MCT_KERNEL_DIRECT && N > DIRECT_POINTS_MAX) continue;
            options.kernel = algorithms[a];
            options.path = (mct_kernel_path)path;
            double error = INFINITY, start = 0.0, end = 0.0;
            if (mct_kernel_create(p->context, grid, m, 1, &options, &kernel) == MCT_OK &&
                mct_kernel_set_statics(kernel, 0, statics) == MCT_OK) {
                start = seconds();
                if (mct_kernel_apply(kernel, 0, 1, F, M) == MCT_OK)
                    error = support_kernel_error(m * m, N, N, NULL, M, sum);
                end = seconds();
            } else
                printf("%s\n", mct_context_error(p->context));
            bool good = error <= allowed(N);
            p->failures += !good;
            p->cases++;
            printf("%5zu %7.4f  %-9s %zu  %-13s  %-10s %-8s  %.2e  %8.1f us%s\n", N, grid->spacing,
                   mct_quadrature_name(grid->quadrature), m, name, mct_kernel_algorithm_name(algorithms[a]),
                   path == MCT_PATH_GENERAL ? "general" : "rank one", error, 1e6 * (end - start),
                   good ? "" : "  TOO LARGE");
            mct_kernel_destroy(kernel);
        }
    free(M);
}

static void run_case(program *p, const mct_grid *grid, size_t m, field kind) {
    const double fractions[3][3] = {{1.0}, {0.4, 0.6}, {0.4, 0.35, 0.25}};
    const double active[3][3] = {{1.5}, {3.0, 1.0}, {3.0, 1.0, 6.0}};
    mct_species species[3];
    mct_mixture mixture =
        support_mixture(species, 0.66, m, fractions[m - 1], kind == FIELD_ACTIVE ? active[m - 1] : NULL);
    size_t count = m * m * grid->points;
    mct_statics *statics = support_statics(p->context, grid, &mixture);
    double *F = checked(calloc(count, sizeof *F));
    fill(p, kind, grid, &mixture, statics, F);
    reference_state *state = reference_state_from_statics(grid, statics);
    long double *wide = reference_widen(count, F), *sum = reference_array(count);
    reference_kernel_increments(state, MCT_QUADRATURE_RIEMANN, wide, wide, sum);
    if (grid->quadrature == MCT_QUADRATURE_RIEMANN && (grid->points <= 1000 || kind == FIELD_GLASS))
        certify(p, state, wide, sum);
    if (grid->quadrature == MCT_QUADRATURE_CORRECTED)
        reference_kernel_increments(state, MCT_QUADRATURE_CORRECTED, wide, wide, sum);
    compare(p, grid, statics, F, sum, field_names[kind]);
    free(F), free(wide), free(sum);
    reference_state_destroy(state);
    mct_statics_destroy(statics);
}

static bool parse(program *p, int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--sample"))
            p->sample = true;
        else if (!strcmp(argv[i], "--threads") && i + 1 < argc)
            p->threads = atoi(argv[++i]);
        else if (!strcmp(argv[i], "--seed") && i + 1 < argc)
            p->seed = strtoull(argv[++i], NULL, 10);
        else
            return false;
    }
    return true;
}

int main(int argc, char **argv) {
    const size_t sizes[] = {16, 100, 257, 1000, 4096};
    program p = {.threads = 1, .seed = 1};
    if (!parse(&p, argc, argv)) {
        fprintf(stderr, "usage: %s [--sample] [--threads N] [--seed N]\n", argv[0]);
        return 2;
    }
    p.context = support_context(p.threads);
    printf("    N spacing quadrature m  F              algorithm  path      error     time of one evaluation\n");
    for (size_t n = 0; n < (p.sample ? 3u : 5u); n++)
        for (size_t m = 1; m <= 3; m++)
            for (int quadrature = MCT_QUADRATURE_RIEMANN; quadrature <= MCT_QUADRATURE_CORRECTED; quadrature++)
                for (field kind = 0; kind < FIELD_COUNT; kind++) {
                    mct_grid grid = {sizes[n], 40.0 / (double)sizes[n], (mct_quadrature)quadrature};
                    if (p.sample && sizes[n] > 100 && (m != 2 || kind == FIELD_STRUCTURE)) continue;
                    run_case(&p, &grid, m, kind);
                }
    mct_context_destroy(p.context);
    printf("%u cases, %u failures\n", p.cases, p.failures);
    return p.failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
