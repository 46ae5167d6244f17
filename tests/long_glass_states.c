/* long_glass_states.c: random glass states, each checked to be converged and on the physical branch.
 *
 *     long_glass_states [--sample] [--fluid] [--states N] [--threads N] [--seed N]
 *
 * m = 1 ... 3, activities 1 ... 10, fractions 0.02 ... 0.98, epsilon = 1e-6 ... 1e-1 (log-uniform) above the critical
 * packing fraction; 300 states, 25 with --sample.  --fluid: the same below it, which must be told fluid.
 * The check is this program's own: plain iteration from F = S through mct_kernel_apply and naive matrices (it reaches
 * the physical branch by definition), and the leading eigenvalue of dG by power iteration. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reference/support.h"

enum { PLAIN_STEPS_MAX = 60000, POWER_STEPS_MAX = 3000, MEDIAN_ALLOWED = 70 /* measured: 46 */ };

typedef struct program {
    bool sample, fluid;
    size_t states;
    int threads;
    uint64_t seed;
    mct_context *context;
    unsigned failures, by_plain, by_eigenvalue;
} program;

static void *checked(void *memory) {
    if (!memory) {
        fputs("out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    return memory;
}

/* One state point of this program's own: naive algebra around the library's kernel. */
typedef struct point {
    size_t m, N, count;
    reference_state *state;
    mct_statics *statics;
    mct_kernel *kernel;
    double *buffer, *M;
    long double *wide;
} point;

static point point_create(program *p, const mct_grid *grid, const mct_mixture *mixture) {
    point s = {.m = mixture->species_count, .N = grid->points};
    mct_solver_options options = mct_solver_options_default();
    mct_structure_options structure = mct_structure_options_default();
    s.count = s.m * s.m * s.N;
    s.buffer = checked(calloc(s.count, sizeof *s.buffer));
    s.M = checked(calloc(s.count, sizeof *s.M));
    s.wide = reference_array(s.count);
    if (mct_statics_create(p->context, grid, s.m, &s.statics) != MCT_OK ||
        mct_statics_compute(p->context, &structure, grid, mixture, s.statics) != MCT_OK ||
        mct_kernel_create(p->context, grid, s.m, 1, &options, &s.kernel) != MCT_OK ||
        mct_kernel_set_statics(s.kernel, 0, s.statics) != MCT_OK) {
        fprintf(stderr, "%s\n", mct_context_error(p->context));
        exit(EXIT_FAILURE);
    }
    s.state = reference_state_from_statics(grid, s.statics);
    return s;
}

static void point_destroy(point *s) {
    free(s->buffer), free(s->M), free(s->wide);
    mct_kernel_destroy(s->kernel);
    mct_statics_destroy(s->statics);
    reference_state_destroy(s->state);
}

/* next = G(F) */
static void map(point *s, const long double *F, long double *next) {
    reference_narrow(s->count, F, s->buffer);
    if (mct_kernel_apply(s->kernel, 0, 1, s->buffer, s->M) != MCT_OK) exit(EXIT_FAILURE);
    for (size_t i = 0; i < s->count; i++) s->wide[i] = (long double)s->M[i];
    reference_glass_map(s->state, s->wide, next);
}

/* Plain iteration from F = S until a step is below 1e-12; returns the last step's size. */
static long double plain(point *s, long double *F) {
    long double *next = reference_array(s->count), change = 1.0L;
    for (size_t i = 0; i < s->count; i++) F[i] = s->state->S[i];
    for (int step = 0; step < PLAIN_STEPS_MAX && change > 1e-12L; step++) {
        map(s, F, next);
        change = reference_distance(s->state, F, next);
        memcpy(F, next, s->count * sizeof *F);
    }
    free(next);
    return change;
}

/* Leading eigenvalue of dG[d] = H W^-1 dM[d] W^-1 H, H = S - F, by power iteration from d = F. */
static double eigenvalue(point *s, const long double *F) {
    size_t m = s->m, N = s->N;
    double *d = checked(calloc(s->count, sizeof *d)), last = 0.0, value = 0.0;
    reference_narrow(s->count, F, d);
    if (mct_kernel_linearise(s->kernel, 0, 1, d, NULL) != MCT_OK) exit(EXIT_FAILURE);
    for (int step = 0; step < POWER_STEPS_MAX; step++) {
        double before = 0.0, after = 0.0;
        for (size_t i = 0; i < s->count; i++) before += d[i] * d[i];
        for (size_t i = 0; i < s->count; i++) d[i] /= sqrt(before);
        if (mct_kernel_derivative(s->kernel, 0, 1, d, s->M) != MCT_OK) exit(EXIT_FAILURE);
        for (size_t i = 0; i < s->count; i++) s->wide[i] = (long double)s->M[i];
        for (size_t q = 0; q < N; q++) {
            reference_matrix H, f, left, W_inverse, dM;
            reference_matrix_load(m, N, q, s->state->S, H);
            reference_matrix_load(m, N, q, F, f);
            reference_matrix_load(m, N, q, s->state->W_inverse, W_inverse);
            reference_matrix_load(m, N, q, s->wide, dM);
            for (size_t mu = 0; mu < m; mu++)
                for (size_t nu = 0; nu < m; nu++) H[mu][nu] -= f[mu][nu];
            reference_matrix_multiply(m, H, W_inverse, left);
            reference_matrix_multiply(m, left, dM, left);
            reference_matrix_multiply(m, left, W_inverse, left);
            reference_matrix_multiply(m, left, H, left);
            reference_matrix_store(m, N, q, left, s->wide);
        }
        reference_narrow(s->count, s->wide, d);
        for (size_t i = 0; i < s->count; i++) after += d[i] * d[i];
        last = value;
        value = sqrt(after);
        if (step > 10 && fabs(value - last) < 1e-9) break;
    }
    free(d);
    return value;
}

static bool complain(program *p, size_t number, const char *what, double value) {
    printf("  state %zu: %s (%.6e)\n", number, what, value);
    p->failures++;
    return false;
}

static void check_glass(program *p, size_t number, const mct_grid *grid, const mct_mixture *mixture, const double *F,
                        const mct_glass_result *result) {
    point s = point_create(p, grid, mixture);
    long double *wide = reference_widen(s.count, F), *expected = reference_array(s.count);
    map(&s, wide, expected);
    long double residual = reference_distance(s.state, wide, expected);
    double mu = eigenvalue(&s, wide);
    /* the tolerance; above close packing 1/S(0) > 1e3 multiplies rounding, and the library warns */
    if (residual > (mixture->packing_fraction < 0.74 ? 1.5e-12L : 1e-11L))
        complain(p, number, "residual", (double)residual);
    if (!(mu < 1.0)) complain(p, number, "eigenvalue not below 1", mu);
    /* NaN where plain iteration had the last word */
    double difference = fabs(result->eigenvalue - mu); /* it only has to tell the branches apart */
    if (!isnan(difference) && difference > 5e-2 * (1.0 - mu) + 1e-5)
        complain(p, number, "the library's eigenvalue is another, less its own", result->eigenvalue - mu);
    long double step = plain(&s, expected);
    if (step <= 1e-12L) {
        /* a residual r is an error r/(1 - mu); twice for both, and a factor for norms that are not the eigenvector's */
        double error = (double)reference_distance(s.state, wide, expected);
        p->by_plain++;
        if (!(error < 10.0 * 2e-12 / (1.0 - mu))) complain(p, number, "not what plain iteration gives", error);
    } else
        p->by_eigenvalue++;
    free(wide), free(expected);
    point_destroy(&s);
}

static int by_size(const void *a, const void *b) {
    unsigned long x = *(const unsigned long *)a, y = *(const unsigned long *)b;
    return x < y ? -1 : x > y;
}

static void check_state(program *p, size_t number, unsigned long *evaluations) {
    mct_species species[3];
    mct_grid grid = mct_grid_default();
    size_t m = 1 + support_random(&p->seed) % 3, count = m * m * grid.points;
    mct_mixture mixture = support_random_mixture(&p->seed, species, 0.55, m, 0.02, 10.0);
    double epsilon = exp(support_uniform(&p->seed, log(1e-6), log(1e-1))) * (p->fluid ? -1.0 : 1.0);
    mct_glass_options options = mct_glass_options_default();
    mct_critical_result critical = {.packing_fraction = NAN};
    mct_glass_result result = {.status = MCT_OK};
    double *F = checked(calloc(count, sizeof *F)), largest = 0.0;
    mct_status status = mct_critical_packing_fraction(p->context, &options, &grid, &mixture, 1e-10, F, &critical);
    if (status != MCT_OK) {
        printf("  state %zu: %s\n", number, mct_context_error(p->context));
        complain(p, number, "no critical point", (double)status);
    } else {
        mixture.packing_fraction = critical.packing_fraction * (1.0 + epsilon);
        status = mct_glass_solve(p->context, &options, &grid, 1, &mixture, F, &result, NULL, NULL);
        if (status != MCT_OK)
            complain(p, number, result.message, (double)status);
        else if ((result.state == MCT_FLUID) != p->fluid)
            complain(p, number, "wrong side of the fold", epsilon);
        else if (!p->fluid)
            check_glass(p, number, &grid, &mixture, F, &result);
        for (size_t i = 0; i < count; i++) largest = fmax(largest, fabs(F[i]));
        if (p->fluid && largest != 0.0) complain(p, number, "a fluid that is not zero", largest);
    }
    evaluations[number] = result.evaluations;
    printf("%4zu  %zu  %+.2e  %.12f  %4lu  %5lu  %.9f  %.1e ", number, m, epsilon, critical.packing_fraction,
           critical.evaluations, result.evaluations, result.eigenvalue, result.residual);
    for (size_t mu = 0; mu < m; mu++) printf(" %.3f/%.2f", species[mu].fraction, species[mu].activity);
    printf("\n");
    fflush(stdout);
    free(F);
}

static bool parse(program *p, int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--sample"))
            p->sample = true;
        else if (!strcmp(argv[i], "--fluid"))
            p->fluid = true;
        else if (!strcmp(argv[i], "--states") && i + 1 < argc)
            p->states = strtoul(argv[++i], NULL, 10);
        else if (!strcmp(argv[i], "--threads") && i + 1 < argc)
            p->threads = atoi(argv[++i]);
        else if (!strcmp(argv[i], "--seed") && i + 1 < argc)
            p->seed = strtoull(argv[++i], NULL, 10);
        else
            return false;
    }
    if (!p->states) p->states = p->sample ? 25 : 300;
    return true;
}

int main(int argc, char **argv) {
    program p = {.threads = 1, .seed = 2};
    if (!parse(&p, argc, argv)) {
        fprintf(stderr, "usage: %s [--sample] [--fluid] [--states N] [--threads N] [--seed N]\n", argv[0]);
        return 2;
    }
    p.context = support_context(p.threads);
    unsigned long *evaluations = checked(calloc(p.states, sizeof *evaluations));
    printf("   #  m   epsilon    phi_c           (ev.)  eval.  eigenvalue   residual  fraction/activity\n");
    for (size_t number = 0; number < p.states; number++) check_state(&p, number, evaluations);
    qsort(evaluations, p.states, sizeof *evaluations, by_size);
    unsigned long median = evaluations[p.states / 2], maximum = evaluations[p.states - 1];
    printf("%zu states: evaluations median %lu, maximum %lu; ", p.states, median, maximum);
    printf("checked by plain iteration %u, by the eigenvalue alone %u\n", p.by_plain, p.by_eigenvalue);
    if (!p.fluid && median > MEDIAN_ALLOWED) complain(&p, median, "the median is above 70", (double)median);
    printf("%u failures\n", p.failures);
    free(evaluations);
    mct_context_destroy(p.context);
    return p.failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
