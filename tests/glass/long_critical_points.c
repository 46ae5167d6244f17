/* long_critical_points.c: critical points of random mixtures, each bracketed by plain iteration.
 *
 *     long_critical_points [--sample] [--states] [--compositions N] [--threads N] [--seed N]
 *
 * m = 1 ... 3, activities 1 ... 10, fractions >= 0.05; 100 compositions, 8 with --sample.  phi_c from nothing must lie
 * between fluid at phi_c (1 - 2e-6) and glass at phi_c (1 + 2e-6) as plain iteration through mct_kernel_apply and naive
 * matrices tells them, this program's own.
 * --states: ten states beside each, phi = phi_c (1 + eps), |eps| = 1e-8 ... 1e-1 (log-uniform), both signs, must be told
 * fluid or glass by mct_glass_solve as the sign says; so they are with --sample.  Far from phi_c the sign may be wrong: the
 * glass of dense active mixtures can melt and freeze again; where the two differ plain iteration decides. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reference/long_support.h"

enum {
    STATES = 10,
    PLAIN_STEPS_MAX = 60000,    /* at 2e-6 some 6000 are needed */
    EVALUATIONS_USUAL = 400,    /* from nothing; median: 230 */
    EVALUATIONS_ALLOWED = 2000, /* where several folds compete, */
    SHARE_ALLOWED = 5           /* in at most this many of 100 compositions (3 to 4 are) */
};

static const double bracket = 2e-6;

typedef struct program {
    bool sample, states;
    size_t compositions;
    int threads;
    uint64_t seed;
    mct_context *context;
    unsigned failures, told, elsewhere; /* elsewhere: right, but not as the sign of eps says */
} program;

static void complain(program *p, size_t number, const char *what, double value) {
    printf("  composition %zu: %s (%.6e)\n", number, what, value);
    p->failures++;
}

/* Plain iteration at the mixture. */
static reference_phase phase_of(program *p, const mct_grid *grid, const mct_mixture *mixture) {
    long_point point = long_point_create(p->context, grid, mixture);
    long double *F = reference_array(point.count), change;
    /* at eps below a fold a step is never smaller than about 0.1 eps, so 1e-11 is a glass */
    reference_phase phase = long_point_iterate(&point, 1e-11L, PLAIN_STEPS_MAX, F, &change);
    free(F);
    long_point_destroy(&point);
    return phase;
}

static void check_bracket(program *p, size_t number, const mct_grid *grid, const mct_mixture *mixture,
                          double critical) {
    static const char *const names[] = {"fluid", "glass", "undecided"};
    for (int side = 0; side < 2; side++) {
        mct_mixture moved = *mixture;
        moved.packing_fraction = critical * (1.0 + (side ? bracket : -bracket));
        reference_phase phase = phase_of(p, grid, &moved);
        if (phase == (side ? REFERENCE_GLASS : REFERENCE_FLUID)) continue;
        printf("  %s %s phi_c\n", names[phase], side ? "above" : "below");
        complain(p, number, "not a transition by plain iteration", critical);
    }
}

static void check_states(program *p, size_t number, const mct_grid *grid, const mct_mixture *mixture, double critical) {
    mct_glass_options options = mct_glass_options_default();
    double *F = long_checked(calloc(mixture->species_count * mixture->species_count * grid->points, sizeof *F));
    for (int n = 0; n < STATES; n++) {
        double epsilon = exp(support_uniform(&p->seed, log(1e-8), log(1e-1)));
        if (support_random(&p->seed) % 2) epsilon = -epsilon;
        mct_mixture moved = *mixture;
        mct_glass_result result = {.status = MCT_OK};
        moved.packing_fraction = critical * (1.0 + epsilon);
        if (mct_glass_solve(p->context, &options, grid, 1, &moved, F, &result, NULL, NULL) != MCT_OK)
            complain(p, number, result.message, epsilon);
        else if ((result.state == MCT_GLASS) == (epsilon > 0.0))
            p->told++;
        else if (fabs(epsilon) > 1e-3 &&
                 phase_of(p, grid, &moved) == (result.state == MCT_GLASS ? REFERENCE_GLASS : REFERENCE_FLUID))
            p->elsewhere++;
        else
            complain(p, number, epsilon > 0.0 ? "a glass told fluid" : "a fluid told glass", epsilon);
    }
    free(F);
}

static void check_composition(program *p, size_t number, unsigned long *evaluations) {
    mct_species species[3];
    mct_grid grid = mct_grid_default();
    size_t m = 1 + support_random(&p->seed) % 3;
    mct_mixture mixture = support_random_mixture(&p->seed, species, 0.55, m, 0.05, 10.0);
    mct_glass_options options = mct_glass_options_default();
    mct_critical_point *point = NULL;
    if (mct_critical_point_create(p->context, &grid, m, &point) != MCT_OK) exit(EXIT_FAILURE);
    mct_status status = mct_critical_packing_fraction(p->context, &options, &grid, &mixture, NULL, point);
    double critical = point->packing_fraction, lambda = point->exponents.exponent_parameter;
    evaluations[number] = point->evaluations;
    printf("%4zu  %zu  %.12f  %4lu  %.6f  %.4f ", number, m, critical, point->evaluations, lambda, point->separation);
    for (size_t mu = 0; mu < m; mu++) printf(" %.3f/%.2f", species[mu].fraction, species[mu].activity);
    printf("\n");
    if (status != MCT_OK || !point->found) {
        printf("  composition %zu: %s%s\n", number, mct_context_error(p->context), point->message);
        complain(p, number, "no critical point", (double)status);
    } else {
        check_bracket(p, number, &grid, &mixture, critical);
        if (point->evaluations > EVALUATIONS_ALLOWED)
            complain(p, number, "too many evaluations", (double)point->evaluations);
        /* an ordinary fold */
        if (!(lambda >= 0.5 && lambda < 1.0)) complain(p, number, "exponent parameter", lambda);
        if (p->states) check_states(p, number, &grid, &mixture, critical);
    }
    fflush(stdout);
    mct_critical_point_destroy(point);
}

static bool parse(program *p, int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--sample"))
            p->sample = p->states = true;
        else if (!strcmp(argv[i], "--states"))
            p->states = true;
        else if (!strcmp(argv[i], "--compositions") && i + 1 < argc)
            p->compositions = strtoul(argv[++i], NULL, 10);
        else if (!strcmp(argv[i], "--threads") && i + 1 < argc)
            p->threads = atoi(argv[++i]);
        else if (!strcmp(argv[i], "--seed") && i + 1 < argc)
            p->seed = strtoull(argv[++i], NULL, 10);
        else
            return false;
    }
    if (!p->compositions) p->compositions = p->sample ? 8 : 100;
    return true;
}

int main(int argc, char **argv) {
    program p = {.threads = 1, .seed = 6};
    if (!parse(&p, argc, argv)) {
        fprintf(stderr, "usage: %s [--sample] [--states] [--compositions N] [--threads N] [--seed N]\n", argv[0]);
        return 2;
    }
    p.context = support_context(p.threads);
    unsigned long *evaluations = long_checked(calloc(p.compositions, sizeof *evaluations));
    printf("   #  m  phi_c         (ev.)  lambda_MCT  C     fraction/activity\n");
    for (size_t number = 0; number < p.compositions; number++) check_composition(&p, number, evaluations);
    size_t costly = 0;
    for (size_t i = 0; i < p.compositions; i++) costly += evaluations[i] > EVALUATIONS_USUAL;
    qsort(evaluations, p.compositions, sizeof *evaluations, long_by_size);
    printf("%zu compositions: evaluations median %lu, maximum %lu; ", p.compositions, evaluations[p.compositions / 2],
           evaluations[p.compositions - 1]);
    printf("states told right: %u by the sign, %u by plain iteration; %u failures\n", p.told, p.elsewhere, p.failures);
    if (costly > SHARE_ALLOWED * p.compositions / 100 + 1) {
        printf("%zu compositions took more than %d evaluations\n", costly, EVALUATIONS_USUAL);
        p.failures++;
    }
    free(evaluations);
    mct_context_destroy(p.context);
    return p.failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
