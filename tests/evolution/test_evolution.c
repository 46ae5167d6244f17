/* test_evolution.c: relaxation times known from independent programs; the long-time limit; exact symmetries. */
#include "evolution/evolution_fixture.h"

static const double phi_c = 0.515912134119; /* passive, default grid */

typedef struct known {
    double packing_fraction, activity, tau_e, tau_tenth; /* k = 7.4, passive species, x = 1/2; 0: not known */
} known;

static const known liquid = {0.515, 1.0, 6.59879938677e3, 2.28551652416e4};
static const known active = {0.60, 3.0, 1.517325159917e2, 4.68497805417e2};

/* tau within `allowed` of the known ones, in at most `evaluations`. */
static void expect_known(const known *k, const mct_evolution_options *options, double allowed,
                         unsigned long evaluations) {
    mct_context *context = support_context(1);
    const mct_grid grid = mct_grid_default();
    const double activities[] = {k->activity, 1.0};
    mct_species species[2];
    const mct_mixture mixture = support_mixture(species, k->packing_fraction, 2, half, activities);
    mct_evolution *evolution = run_to_end(context, options, &grid, &mixture, NULL);
    const mct_evolution_point at = mct_evolution_look(evolution, 0);
    const double e = tau_of(evolution, 2, grid.points, MCT_RELAXATION_E, 1, K74) / k->tau_e - 1.0;
    const double tenth = tau_of(evolution, 2, grid.points, MCT_RELAXATION_TENTH, 1, K74) / k->tau_tenth - 1.0;
    cr_expect_eq(at.state, MCT_EVOLUTION_DECAYED);
    if (k->tau_e > 0.0) cr_expect(fabs(e) < allowed, "phi = %.12g: 1/e off by %.2e", k->packing_fraction, e);
    cr_expect(fabs(tenth) < allowed, "phi = %.12g: 0.1 off by %.2e", k->packing_fraction, tenth);
    cr_expect(at.evaluations <= evaluations, "%lu evaluations in %lu steps", at.evaluations, at.steps);
    mct_evolution_destroy(evolution);
    mct_context_destroy(context);
}

Test(evolution, relaxation_times_with_64_steps_per_block) {
    mct_evolution_options options = mct_evolution_options_default();
    expect_known(&liquid, &options, 5e-8, 2600);
    expect_known(&active, &options, 5e-8, 2600);
}

Test(evolution, relaxation_times_with_32_steps_per_block) {
    mct_evolution_options options = mct_evolution_options_default();
    options.time.steps_per_block = 32;
    expect_known(&liquid, &options, 2e-6, 2000);
    expect_known(&active, &options, 2e-6, 2000);
}

Test(evolution, relaxation_times_of_the_cubic_scheme) {
    mct_evolution_options options = mct_evolution_options_default();
    options.time.order = 3;
    expect_known(&liquid, &options, 1e-6, 2800);
}

Test(evolution, the_literatures_scheme_is_off_by_what_it_should_be) {
    mct_context *context = support_context(1);
    const mct_grid grid = mct_grid_default();
    mct_species species[2];
    const mct_mixture mixture = support_mixture(species, liquid.packing_fraction, 2, half, NULL);
    mct_evolution_options options = mct_evolution_options_default();
    options.time.scheme = MCT_TIME_MOMENTS;
    options.time.steps_per_block = 256;
    mct_evolution *evolution = run_to_end(context, &options, &grid, &mixture, NULL);
    const double error = tau_of(evolution, 2, grid.points, MCT_RELAXATION_TENTH, 1, K74) / liquid.tau_tenth - 1.0;
    cr_expect(error > 3.0e-4 && error < 3.6e-4, "%.3e", error);
    mct_evolution_destroy(evolution);
    mct_context_destroy(context);
}

Test(evolution, relaxation_times_near_the_transition) {
    /* with tol the residual of a step, tau is right to 2 tol/|epsilon|; at -1e-6 the digits of phi_c decide */
    const known near[] = {{phi_c * (1 - 1e-2), 1.0, 0.0, 3.036124923e2},
                          {phi_c * (1 - 1e-4), 1.0, 0.0, 2.77674437e7},
                          {phi_c * (1 - 1e-6), 1.0, 0.0, 2.355126e12}};
    const double allowed[] = {5e-8, 1e-7, 2e-6}, tolerance[] = {1e-10, 1e-11, 1e-12};
    mct_evolution_options options = mct_evolution_options_default();
    options.time.until = 1e30;
    for (size_t n = 0; n < 3; n++) {
        options.time.tolerance = tolerance[n];
        expect_known(&near[n], &options, allowed[n], 6500);
    }
}

/* How a run ends, and its distance from the static F. */
static mct_evolution_state end_of(const mct_mixture *mixture, const mct_evolution_options *options, double *distance) {
    const mct_grid grid = mct_grid_default();
    const size_t n = mixture->species_count * mixture->species_count * grid.points;
    mct_context *context = support_context(1);
    const mct_glass_options glass = mct_glass_options_default();
    mct_glass_result result;
    mct_evolution *evolution = run_to_end(context, options, &grid, mixture, NULL);
    double *F = calloc(n, sizeof *F), *phi = calloc(n, sizeof *phi);
    cr_assert(F && phi);
    cr_assert_eq(mct_glass_solve(context, &glass, &grid, 1, mixture, F, &result, NULL, NULL), MCT_OK);
    mct_evolution_last(evolution, 0, phi);
    reference_state *state = reference_state_create(&grid, mixture);
    long double *a = reference_widen(n, F), *b = reference_widen(n, phi);
    *distance = (double)reference_distance(state, a, b);
    const mct_evolution_state end = mct_evolution_look(evolution, 0).state;
    free(a), free(b), free(F), free(phi);
    reference_state_destroy(state);
    mct_evolution_destroy(evolution);
    mct_context_destroy(context);
    return end;
}

Test(evolution, the_long_time_limit_is_the_glass) {
    /* near the transition the error of a step is amplified by 1/sqrt(epsilon), and the change of Phi stays above the
     * default for a plateau: it still ends as one */
    const struct {
        double packing_fraction, activity, tolerance, allowed;
    } cases[] = {{0.52, 1.0, 1e-12, 1e-9},
                 {0.524, 1.02, 1e-12, 1e-9},
                 {0.65, 3.0, 1e-12, 1e-9},
                 {phi_c * (1 + 1e-6), 1.0, 1e-10, 2e-7}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const double activities[] = {cases[c].activity, 1.0};
        mct_species species[2];
        const mct_mixture mixture = support_mixture(species, cases[c].packing_fraction, 2, half, activities);
        mct_evolution_options options = mct_evolution_options_default();
        double distance;
        options.time.tolerance = cases[c].tolerance;
        options.time.until = 1e30;
        cr_expect_eq(end_of(&mixture, &options, &distance), MCT_EVOLUTION_PLATEAU);
        cr_expect(distance < cases[c].allowed, "case %zu: %.2e", c, distance);
    }
}

Test(evolution, nothing_is_a_plateau_before_it_has_moved) {
    /* The first blocks of these steps change less than those of a plateau.  The slow species of two cases relaxes a
     * hundred times slower than the other; at 0.72 f is above 0.75 at all q but the smallest.  A plateau has its F to
     * the change that counts as none, 1e-9, for a decade; a decayed run to 1e-6. */
    static const double steps[] = {1e-15, 1e-13, 1e-11, 1e-9, 0.0};
    static const struct {
        double packing_fraction, diffusivity;
        mct_evolution_state end;
    } cases[] = {{0.45, 1.0, MCT_EVOLUTION_DECAYED},
                 {0.53, 1.0, MCT_EVOLUTION_PLATEAU},
                 {0.53, 0.01, MCT_EVOLUTION_PLATEAU},
                 {0.45, 0.01, MCT_EVOLUTION_DECAYED},
                 {0.72, 1.0, MCT_EVOLUTION_PLATEAU}};
    const size_t count = sizeof steps / sizeof *steps; /* and once the default scheme */
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        mct_species species[2];
        const mct_mixture mixture = support_mixture(species, cases[c].packing_fraction, 2, half, NULL);
        species[0].diffusivity = cases[c].diffusivity;
        for (size_t s = 0; s <= count; s++) {
            const double allowed = cases[c].end == MCT_EVOLUTION_PLATEAU ? 1e-8 : 1e-6;
            mct_evolution_options options = mct_evolution_options_default();
            double distance;
            if (s < count) {
                options.time.scheme = MCT_TIME_MOMENTS;
                options.time.first_step = steps[s];
            }
            const mct_evolution_state end = end_of(&mixture, &options, &distance);
            cr_expect(end == cases[c].end && distance < allowed, "case %zu, first step %g: ends as %d, %.2e from F", c,
                      options.time.first_step, (int)end, distance);
        }
    }
}

/* --- Exact symmetries ----------------------------------------------------------------------------------------- */

static const mct_grid small_grid = {.points = 40, .spacing = 0.8};
enum { SMALL = 40 };

/* Rows of a mixture on the small grid. */
static void rows_of(const mct_mixture *mixture, record *rows) {
    mct_context *context = support_context(1);
    mct_evolution_options options = mct_evolution_options_default();
    options.time.tolerance = 1e-12;
    options.time.until = 50.0;
    options.doublings = 0; /* the same rows whatever species there are */
    mct_evolution_destroy(run_to_end(context, &options, &small_grid, mixture, rows));
    mct_context_destroy(context);
}

/* Eight rows of `rows` from *from on and their Lagrange factors at `time`. */
static void around(const record *rows, double time, size_t *from, double *factor) {
    size_t r = 0;
    while (r + 1 < rows->count[0] && rows->time[0][r] < time) r++;
    *from = r < 4 ? 0 : r + 4 > rows->count[0] ? rows->count[0] - 8 : r - 4;
    for (size_t i = 0; i < 8; i++) {
        factor[i] = 1.0;
        for (size_t k = 0; k < 8; k++) {
            const double t = rows->time[0][*from + k];
            if (k != i) factor[i] *= (time - t) / (rows->time[0][*from + i] - t);
        }
    }
}

/* Largest difference between row r of a and b at that time, where the species of b are merged to `groups`. */
static double merged_distance(const record *a, const record *b, size_t r, const mct_mixture *mixture,
                              const size_t *group, size_t groups) {
    const size_t m = mixture->species_count;
    double total[SPECIES_MAX] = {0.0}, factor[8], worst = 0.0;
    size_t from;
    around(b, a->time[0][r], &from, factor);
    for (size_t mu = 0; mu < m; mu++) total[group[mu]] += mixture->species[mu].fraction;
    for (size_t g = 0; g < groups * groups; g++) {
        for (size_t q = 0; q < SMALL; q++) {
            double sum = 0.0;
            for (size_t c = 0; c < m * m; c++) {
                if (group[c / m] * groups + group[c % m] != g) continue;
                const double weight = sqrt(mixture->species[c / m].fraction / total[g / groups] *
                                           mixture->species[c % m].fraction / total[g % groups]);
                for (size_t i = 0; i < 8; i++) {
                    sum += weight * factor[i] * b->phi[0][((from + i) * m * m + c) * SMALL + q];
                }
            }
            worst = fmax(worst, fabs(sum - a->phi[0][(r * groups * groups + g) * SMALL + q]));
        }
    }
    return worst;
}

/* The steps differ, because the fastest rate depends on the labels: the rows of one are compared with the other's,
 * interpolated. */
static void expect_merged(const mct_mixture *whole, const mct_mixture *split, const size_t *group) {
    record a = {0}, b = {0};
    rows_of(whole, &a);
    rows_of(split, &b);
    cr_assert(a.count[0] > 300 && b.count[0] > 300);
    double worst = 0.0;
    for (size_t r = 0; r < a.count[0] && a.time[0][r] < b.time[0][b.count[0] - 1]; r++) {
        worst = fmax(worst, merged_distance(&a, &b, r, split, group, whole->species_count));
    }
    cr_expect(worst < 3e-8, "%.2e", worst);
    record_clear(&a), record_clear(&b);
}

Test(evolution, labels_on_passive_particles_change_nothing) {
    /* 3 species have loops of their own, 4 the general ones */
    const double all[] = {1.0}, three[] = {0.2, 0.3, 0.5}, four[] = {0.1, 0.2, 0.3, 0.4};
    const size_t group[] = {0, 0, 0, 0};
    mct_species one[1], parts[SPECIES_MAX];
    const mct_mixture whole = support_mixture(one, 0.5, 1, all, NULL);
    mct_mixture labelled = support_mixture(parts, 0.5, 3, three, NULL);
    expect_merged(&whole, &labelled, group);
    labelled = support_mixture(parts, 0.5, 4, four, NULL);
    expect_merged(&whole, &labelled, group);
}

Test(evolution, splitting_a_species_changes_nothing_at_any_activity) {
    const double parts[] = {0.2, 0.3, 0.5}, two[] = {3.0, 1.5}, three[] = {3.0, 3.0, 1.5};
    const size_t group[] = {0, 0, 1};
    mct_species a[2], b[3];
    const mct_mixture whole = support_mixture(a, 0.55, 2, half, two), split = support_mixture(b, 0.55, 3, parts, three);
    expect_merged(&whole, &split, group);
}

Test(evolution, permuting_species_permutes_the_rows) {
    const double parts[] = {0.2, 0.3, 0.5}, activities[] = {5.0, 1.0, 2.0};
    const size_t order[] = {1, 2, 0};
    mct_species species[3], permuted[3];
    mct_mixture mixture = support_mixture(species, 0.55, 3, parts, activities), other = mixture;
    for (size_t mu = 0; mu < 3; mu++) permuted[mu] = species[order[mu]];
    other.species = permuted;
    record a = {0}, b = {0};
    rows_of(&mixture, &a);
    rows_of(&other, &b);
    double worst = 0.0;
    for (size_t r = 0; r < a.count[0] && r < b.count[0]; r++) {
        for (size_t c = 0; c < 9; c++) {
            const size_t from = order[c / 3] * 3 + order[c % 3];
            for (size_t q = 0; q < SMALL; q++) {
                worst = fmax(worst, fabs(b.phi[0][(r * 9 + c) * SMALL + q] - a.phi[0][(r * 9 + from) * SMALL + q]));
            }
        }
    }
    cr_expect(worst < 1e-9, "%.2e", worst);
    record_clear(&a), record_clear(&b);
}

Test(evolution, scaling_all_diffusivities_scales_time) {
    const double activities[] = {3.0, 1.0};
    mct_species species[2];
    const mct_mixture mixture = support_mixture(species, 0.55, 2, half, activities);
    record a = {0}, b = {0};
    rows_of(&mixture, &a);
    for (size_t mu = 0; mu < 2; mu++) species[mu].diffusivity = 8.0; /* a power of two: steps scale exactly */
    rows_of(&mixture, &b);
    double worst = 0.0;
    for (size_t r = 0; r < b.count[0] && r < a.count[0]; r++) {
        cr_assert(fabs(b.time[0][r] * 8.0 - a.time[0][r]) <= 1e-12 * a.time[0][r]);
        for (size_t i = 0; i < a.n; i++) worst = fmax(worst, fabs(a.phi[0][r * a.n + i] - b.phi[0][r * a.n + i]));
    }
    cr_expect(worst < 1e-10, "%.2e", worst);
    record_clear(&a), record_clear(&b);
}

Test(evolution, passive_correlators_are_symmetric_positive_and_fall) {
    const double parts[] = {0.3, 0.7};
    mct_species species[2];
    const mct_mixture mixture = support_mixture(species, 0.5, 2, parts, NULL);
    species[0].diffusivity = 2.0;
    record a = {0};
    rows_of(&mixture, &a);
    for (size_t r = 0; r < a.count[0]; r++) {
        for (size_t q = 0; q < SMALL; q++) {
            const double *phi = a.phi[0] + r * a.n + q;
            cr_assert(fabs(phi[SMALL] - phi[2 * SMALL]) < 1e-10, "row %zu, q %zu", r, q);
            for (size_t c = 0; c < 4; c += 3) {
                if (r) cr_assert(phi[c * SMALL] < phi[c * SMALL - a.n] + 1e-11, "row %zu, q %zu", r, q);
                cr_assert(phi[c * SMALL] > -1e-10, "row %zu, q %zu", r, q);
            }
        }
    }
    record_clear(&a);
}
