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

#include "reference/long_support.h"

enum { PLAIN_STEPS_MAX = 60000, MEDIAN_ALLOWED = 70 /* measured: 46 */ };

typedef struct program {
    bool sample, fluid;
    size_t states;
    int threads;
    uint64_t seed;
    mct_context *context;
    unsigned failures, by_plain, by_eigenvalue;
} program;

static bool complain(program *p, size_t number, const char *what, double value) {
    printf("  state %zu: %s (%.6e)\n", number, what, value);
    p->failures++;
    return false;
}

static void check_glass(program *p, size_t number, const mct_grid *grid, const mct_mixture *mixture, const double *F,
                        const mct_glass_result *result) {
    long_point s = long_point_create(p->context, grid, mixture);
    long double *wide = reference_widen(s.count, F), *expected = reference_array(s.count);
    long_point_map(&s, wide, expected);
    long double residual = reference_distance(s.state, wide, expected), step;
    double mu = long_point_eigenvalue(&s, wide);
    /* the tolerance; above close packing 1/S(0) > 1e3 multiplies rounding, and the library warns */
    if (residual > (mixture->packing_fraction < 0.74 ? 1.5e-12L : 1e-11L))
        complain(p, number, "residual", (double)residual);
    if (!(mu < 1.0)) complain(p, number, "eigenvalue not below 1", mu);
    /* NaN where plain iteration had the last word */
    double difference = fabs(result->eigenvalue - mu); /* it only has to tell the branches apart */
    if (!isnan(difference) && difference > 5e-2 * (1.0 - mu) + 1e-5)
        complain(p, number, "the library's eigenvalue is another, less its own", result->eigenvalue - mu);
    if (long_point_iterate(&s, 1e-12L, PLAIN_STEPS_MAX, expected, &step) == REFERENCE_GLASS) {
        /* a residual r is an error r/(1 - mu); twice for both, and a factor for norms that are not the eigenvector's */
        double error = (double)reference_distance(s.state, wide, expected);
        p->by_plain++;
        if (!(error < 10.0 * 2e-12 / (1.0 - mu))) complain(p, number, "not what plain iteration gives", error);
    } else
        p->by_eigenvalue++;
    free(wide), free(expected);
    long_point_destroy(&s);
}

static void check_state(program *p, size_t number, unsigned long *evaluations) {
    mct_species species[3];
    mct_grid grid = mct_grid_default();
    size_t m = 1 + support_random(&p->seed) % 3, count = m * m * grid.points;
    mct_mixture mixture = support_random_mixture(&p->seed, species, 0.55, m, 0.02, 10.0);
    double epsilon = exp(support_uniform(&p->seed, log(1e-6), log(1e-1))) * (p->fluid ? -1.0 : 1.0);
    mct_glass_options options = mct_glass_options_default();
    mct_critical_point *critical = NULL;
    mct_glass_result result = {.status = MCT_OK};
    double *F = long_checked(calloc(count, sizeof *F)), largest = 0.0;
    if (mct_critical_point_create(p->context, &grid, m, &critical) != MCT_OK) exit(EXIT_FAILURE);
    mct_status status = mct_critical_packing_fraction(p->context, &options, &grid, &mixture, NULL, critical);
    if (status != MCT_OK || !critical->found) {
        printf("  state %zu: %s%s\n", number, mct_context_error(p->context), critical->message);
        complain(p, number, "no critical point", (double)status);
    } else {
        mixture.packing_fraction = critical->packing_fraction * (1.0 + epsilon);
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
    printf("%4zu  %zu  %+.2e  %.12f  %4lu  %5lu  %.9f  %.1e ", number, m, epsilon, critical->packing_fraction,
           critical->evaluations, result.evaluations, result.eigenvalue, result.residual);
    for (size_t mu = 0; mu < m; mu++) printf(" %.3f/%.2f", species[mu].fraction, species[mu].activity);
    printf("\n");
    fflush(stdout);
    mct_critical_point_destroy(critical);
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
    unsigned long *evaluations = long_checked(calloc(p.states, sizeof *evaluations));
    printf("   #  m   epsilon    phi_c           (ev.)  eval.  eigenvalue   residual  fraction/activity\n");
    for (size_t number = 0; number < p.states; number++) check_state(&p, number, evaluations);
    qsort(evaluations, p.states, sizeof *evaluations, long_by_size);
    unsigned long median = evaluations[p.states / 2], maximum = evaluations[p.states - 1];
    printf("%zu states: evaluations median %lu, maximum %lu; ", p.states, median, maximum);
    printf("checked by plain iteration %u, by the eigenvalue alone %u\n", p.by_plain, p.by_eigenvalue);
    if (!p.fluid && median > MEDIAN_ALLOWED) complain(&p, median, "the median is above 70", (double)median);
    printf("%u failures\n", p.failures);
    free(evaluations);
    mct_context_destroy(p.context);
    return p.failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
