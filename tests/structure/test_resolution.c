/* test_resolution.c: warnings about grids that miss the main peak of S, against the peak as a dense scan has it. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "apmct/apmct.h"
#include "reference/support.h"

static size_t warnings;
static char last[1024];

static void hear(void *user, mct_message_kind kind, const char *text) {
    (void)user;
    if (kind != MCT_MESSAGE_WARNING) return;
    warnings++;
    snprintf(last, sizeof last, "%s", text);
}

/* How many warnings a grid gets. */
static size_t judged(size_t points, double spacing, const mct_mixture *mixture) {
    const mct_structure_options options = mct_structure_options_default();
    const mct_grid grid = {.points = points, .spacing = spacing};
    mct_context *context = support_context(1);
    mct_context_set_messages(context, hear, NULL);
    warnings = 0;
    last[0] = '\0';
    cr_assert_eq(mct_structure_judge_grid(context, &options, &grid, mixture), MCT_OK);
    mct_context_destroy(context);
    return warnings;
}

static double S_of(double phi, double k) {
    return 1.0 / (1.0 - 6.0 * phi / acos(-1.0) * mct_percus_yevick_direct_correlation(phi, k));
}

/* Wave number and full width at half height of the main peak. */
static void scan(double phi, double *peak, double *width) {
    const double step = 1e-3;
    double lower, upper;
    *peak = 4.0;
    for (double k = 4.0; k < 12.0; k += step) {
        if (S_of(phi, k) > S_of(phi, *peak)) *peak = k;
    }
    const double level = 1.0 + 0.5 * (S_of(phi, *peak) - 1.0);
    for (lower = *peak; S_of(phi, lower) > level;) lower -= step;
    for (upper = *peak; S_of(phi, upper) > level;) upper += step;
    *width = upper - lower;
}

Test(resolution, of_usual_grids_is_not_warned_about) {
    static const double halves[] = {0.5, 0.5}, few[] = {0.02, 0.98};
    static const mct_grid grids[] = {{.points = 100, .spacing = 0.4}, {.points = 50, .spacing = 0.4},
                                     {.points = 60, .spacing = 0.6},  {.points = 800, .spacing = 0.1},
                                     {.points = 400, .spacing = 0.2}, {.points = 2000, .spacing = 0.02}};
    for (double phi = 0.40; phi < 0.661; phi += 0.01) {
        for (size_t g = 0; g < sizeof grids / sizeof *grids; g++) {
            if (phi > 0.55 && grids[g].spacing > 0.5) continue;
            mct_species species[2];
            mct_mixture mixture = support_mixture(species, phi, 2, halves, NULL);
            cr_expect_eq(judged(grids[g].points, grids[g].spacing, &mixture), 0, "phi = %g, %zu: %s", phi, g, last);
            mixture = support_mixture(species, phi, 2, few, NULL);
            cr_expect_eq(judged(grids[g].points, grids[g].spacing, &mixture), 0, "phi = %g, %zu: %s", phi, g, last);
        }
    }
}

Test(resolution, a_spacing_is_measured_with_the_peak) {
    static const double fractions[] = {0.3, 0.7};
    static const double dense[] = {0.3, 0.45, 0.516, 0.55, 0.6, 0.65, 0.7, 0.74};
    for (size_t i = 0; i < sizeof dense / sizeof *dense; i++) {
        double peak, width;
        scan(dense[i], &peak, &width);
        const double limit = fmin(1.5 * width, 0.11 * peak); /* those of resolution.c */
        for (size_t m = 1; m <= 2; m++) {                    /* labels on the particles change nothing */
            mct_species species[2];
            const mct_mixture mixture =
                support_mixture(species, dense[i], m, m == 1 ? (double[]){1.0} : fractions, NULL);
            /* samples are 0.0025 apart within 0.24 of the peak, 0.08 outside: the width is right to 4 % */
            cr_expect_eq(judged((size_t)(40.0 / limit), 0.94 * limit, &mixture), 0, "phi = %g: %s", dense[i], last);
            cr_expect_eq(judged((size_t)(40.0 / limit), 1.06 * limit, &mixture), 1, "phi = %g", dense[i]);
            double where = 0.0, wide = 0.0;
            const char *text = strstr(last, "at wave number ");
            cr_assert(text && sscanf(text, "at wave number %lf/d and %lf/d wide", &where, &wide) == 2, "%s", last);
            cr_expect(fabs(where - peak) < 0.006 && fabs(wide - width) < 0.06 * width, "phi = %g: %s", dense[i], last);
        }
    }
}

Test(resolution, a_cut_off_must_be_beyond_the_peak) {
    static const double one[] = {1.0};
    mct_species species[1];
    const mct_mixture mixture = support_mixture(species, 0.516, 1, one, NULL);
    cr_expect_eq(judged(10, 0.4, &mixture), 1);
    cr_expect(strstr(last, "ends at wave number 3.8/d, below the main peak of the structure factor at 7.07/d"), "%s",
              last);
    cr_expect(strstr(last, "set grid.points to 50 or more"), "%s", last);
    cr_expect_eq(judged(200, 0.02, &mixture), 1, "many points do not help");
    cr_expect_eq(judged(24, 0.4, &mixture), 1, "phi_c of this cut-off, 9.6, is 15 %% too high");
    cr_expect(strstr(last, "too close to the main peak"), "%s", last);
    cr_expect_eq(judged(28, 0.4, &mixture), 0);
}

Test(resolution, few_points_are_told_where_nothing_else_is) {
    static const double one[] = {1.0};
    mct_species species[1];
    mct_mixture mixture = support_mixture(species, 0.45, 1, one, NULL);
    cr_expect_eq(judged(4, 0.4, &mixture), 1);
    cr_expect(strstr(last, "main peak"), "%s", last);
    cr_expect_eq(judged(19, 0.6, &mixture), 1);
    cr_expect(strstr(last, "grid.points = 19: "), "%s", last);
    cr_expect_eq(judged(20, 0.6, &mixture), 0);
    mixture.packing_fraction = 0.999; /* what has no peak that numbers can show is for others to say */
    cr_expect_leq(judged(100, 0.4, &mixture), 1);
}
