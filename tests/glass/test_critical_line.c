/* test_critical_line.c: activities at which a packing fraction is critical: every root, all of them, and honest failures. */
#include <signal.h>
#include <sys/time.h>
#include <time.h>

#include "glass/critical_fixture.h"

/* phi_c of the point and of the root are each right to 1e-11 of themselves */
static const double phi_error = 2e-11;

static mct_mixture mixture_of(mct_species *species, double fraction, double packing_fraction, double activity) {
    const double fractions[] = {fraction, 1.0 - fraction}, activities[] = {activity, 1.0};
    return support_mixture(species, packing_fraction, 2, fractions, activities);
}

static mct_mixture with_activity(mct_species *species, double packing_fraction, double activity) {
    return mixture_of(species, 0.5, packing_fraction, activity);
}

/* The line of species 0, whose number fraction is `fraction`, with what has to hold for every line. */
static mct_critical_line *line_at(const mct_grid *grid, double fraction, double packing_fraction, double low,
                                  double high) {
    const double range[] = {low, high};
    mct_context *context = support_context(1);
    mct_glass_options options = mct_glass_options_default();
    mct_species species[2];
    mct_mixture mixture = mixture_of(species, fraction, packing_fraction, 2.0);
    mct_critical_line *line = NULL;
    cr_assert_eq(mct_critical_activity(context, &options, grid, &mixture, 0, range, &line), MCT_OK, "%s",
                 mct_context_error(context));
    cr_assert_not_null(line);
    cr_expect(line->count >= 2 && line->evaluations > 0);
    cr_expect(line->activity[0] == low && line->activity[line->count - 1] == high, "the ends of the range are nodes");
    for (size_t n = 1; n < line->count; n++) cr_expect(line->activity[n] > line->activity[n - 1]);
    for (size_t n = 0; n < line->count; n++)
        cr_expect(fabs(mct_critical_line_packing_fraction(line, line->activity[n]) - line->packing_fraction[n]) <
                  1e-15);
    for (size_t n = 0; n < line->root_count; n++) {
        cr_expect(line->root[n] >= low && line->root[n] <= high && (n == 0 || line->root[n] > line->root[n - 1]));
        mixture = mixture_of(species, fraction, 0.55, line->root[n]);
        double phi = critical(&options, grid, &mixture); /* from nothing */
        cr_expect(fabs(phi - packing_fraction) < 1e-10, "root %.12f: phi_c %.13f", line->root[n], phi);
        cr_expect(line->root_point[n]->found);
        cr_expect(fabs(line->root_point[n]->packing_fraction - phi) < phi_error);
        cr_expect(line->root_point[n]->exponents.exponent_parameter > 0.5);
    }
    mct_context_destroy(context);
    return line;
}

static mct_critical_line *line_of(const mct_grid *grid, double packing_fraction, double low, double high) {
    return line_at(grid, 0.5, packing_fraction, low, high);
}

static void expect_extrema(const mct_critical_line *line) {
    for (size_t n = 0; n < line->extremum_count; n++) {
        size_t at = 0;
        while (at < line->count && line->activity[at] != line->extremum[n]) at++;
        cr_assert(at < line->count, "extrema are nodes");
        /* phi_c is curved by 0.01 and more, and the activity right to 1e-6 */
        cr_expect(fabs(line->slope[at]) < 1e-7, "slope %.2e at the extremum %.9f", line->slope[at], line->extremum[n]);
    }
}

/* phi_c of `count` activities in equal steps from `low` to `high`, each from the last. */
static void scan(const mct_grid *grid, double low, double high, size_t count, double *phi) {
    mct_glass_options options = mct_glass_options_default();
    mct_critical_point *last = NULL;
    for (size_t n = 0; n < count; n++) {
        mct_species species[2];
        mct_mixture mixture = with_activity(species, 0.55, low + (high - low) * (double)n / (double)(count - 1));
        mct_critical_point *point = critical_point(&options, grid, &mixture, last);
        phi[n] = point->packing_fraction;
        mct_critical_point_destroy(last);
        last = point;
    }
    mct_critical_point_destroy(last);
}

Test(line, has_every_root) {
    /* phi_c rises, turns round near activity 4 and falls; steps of 0.05 see what the line must not miss */
    enum { COUNT = 181 };
    const double packing_fractions[] = {0.5160, 0.6000, 0.6053, 0.6080, 0.6100, 0.6102, 0.6104, 0.6105, 0.6106, 0.6110};
    mct_grid grid = mct_grid_default();
    double phi[COUNT];
    scan(&grid, 1.0, 10.0, COUNT, phi);
    size_t turns = 0;
    for (size_t n = 2; n < COUNT; n++) turns += (phi[n] > phi[n - 1]) != (phi[n - 1] > phi[n - 2]);
    for (size_t p = 0; p < sizeof packing_fractions / sizeof *packing_fractions; p++) {
        size_t crossings = 0;
        for (size_t n = 1; n < COUNT; n++)
            crossings += (phi[n] > packing_fractions[p]) != (phi[n - 1] > packing_fractions[p]);
        mct_critical_line *line = line_of(&grid, packing_fractions[p], 1.0, 10.0);
        cr_expect_eq(line->root_count, crossings, "%.4f: %zu roots, %zu crossings of the scan", packing_fractions[p],
                     line->root_count, crossings);
        cr_expect_eq(line->extremum_count, turns, "%zu extrema, %zu of the scan", line->extremum_count, turns);
        expect_extrema(line);
        mct_critical_line_destroy(line);
    }
}

Test(line, finds_both_sides_of_a_maximum_however_near) {
    /* 1e-8 below the first maximum of phi_c: two activities some 1e-3 apart; 1e-8 above it: none */
    mct_glass_options options = mct_glass_options_default();
    mct_grid grid = mct_grid_default();
    mct_species species[2];
    double low = 3.0, high = 4.0, best = 0.0; /* by golden section */
    for (int step = 0; step < 22; step++) {
        double a = high - 0.6180339887 * (high - low), b = low + 0.6180339887 * (high - low);
        mct_mixture at_a = with_activity(species, 0.6, a);
        double phi_a = critical(&options, &grid, &at_a);
        mct_mixture at_b = with_activity(species, 0.6, b);
        double phi_b = critical(&options, &grid, &at_b);
        best = fmax(best, fmax(phi_a, phi_b));
        if (phi_a > phi_b)
            high = b;
        else
            low = a;
    }
    mct_critical_line *line = line_of(&grid, best - 1e-8, 3.0, low + 0.3);
    cr_expect_eq(line->root_count, 2, "%zu roots", line->root_count);
    if (line->root_count == 2)
        cr_expect(line->root[0] < high && line->root[1] > low && line->root[1] - line->root[0] < 0.01);
    mct_critical_line_destroy(line);
    line = line_of(&grid, best + 1e-8, 3.0, low + 0.3);
    cr_expect_eq(line->root_count, 0, "%zu roots", line->root_count);
    mct_critical_line_destroy(line);
}

Test(line, of_two_folds_the_first_counts) {
    /* x_a = 0.9: beyond activity 4.1 another fold is the lower one, phi_c has a kink there and falls.  Roots on both sides of
     * it, next to it and none, against points from nothing in steps of 0.05 */
    enum { COUNT = 41 };
    const double packing_fractions[] = {0.7570, 0.7580, 0.7583, 0.7590};
    const size_t expected[] = {2, 2, 2, 0};
    mct_glass_options options = mct_glass_options_default();
    mct_grid grid = mct_grid_default();
    double phi[COUNT];
    for (size_t n = 0; n < COUNT; n++) {
        mct_species species[2];
        mct_mixture mixture = mixture_of(species, 0.9, 0.7, 3.75 + 0.05 * (double)n);
        phi[n] = critical(&options, &grid, &mixture);
    }
    for (size_t p = 0; p < sizeof packing_fractions / sizeof *packing_fractions; p++) {
        mct_critical_line *line = line_at(&grid, 0.9, packing_fractions[p], 3.75, 5.75);
        cr_expect_eq(line->root_count, expected[p], "%.4f: %zu roots", packing_fractions[p], line->root_count);
        for (size_t n = 0; n < COUNT; n++) {
            double error = fabs(mct_critical_line_packing_fraction(line, 3.75 + 0.05 * (double)n) - phi[n]);
            cr_expect(error < line->error + phi_error, "activity %.2f: %.2e against %.2e", 3.75 + 0.05 * (double)n,
                      error, line->error);
        }
        mct_critical_line_destroy(line);
    }
}

Test(line, melts_the_published_glass) {
    /* docs/theory.md: x_a = 1/2, phi = 0.524; the converged grid beside the literature's */
    mct_grid grid = mct_grid_default(), fine = {.points = 800, .spacing = 0.1, .quadrature = MCT_QUADRATURE_CORRECTED};
    mct_critical_line *line = line_of(&grid, 0.524, 1.0, 1.5);
    cr_assert_eq(line->root_count, 1);
    cr_expect(fabs(line->root[0] - 1.07175) < 0.6e-5, "%.9f", line->root[0]);
    mct_critical_line_destroy(line);
    line = line_of(&fine, 0.524, 1.05, 1.1);
    cr_assert_eq(line->root_count, 1);
    cr_expect(fabs(line->root[0] - 1.0732) < 0.6e-4, "%.9f", line->root[0]);
    mct_critical_line_destroy(line);
}

Test(line, without_a_root) {
    const double packing_fractions[] = {0.7, 0.5};
    mct_grid grid = mct_grid_default();
    for (size_t n = 0; n < 2; n++) {
        mct_critical_line *line = line_of(&grid, packing_fractions[n], 1.0, 10.0);
        cr_expect_eq(line->root_count, 0);
        mct_critical_line_destroy(line);
    }
}

Test(line, a_range_may_end_on_a_root) {
    mct_glass_options options = mct_glass_options_default();
    mct_grid grid = mct_grid_default();
    for (int end = 0; end < 3; end++) {
        const double at = end == 2 ? 1.0 : 2.0, low = end == 1 ? 1.0 : at, high = end == 1 ? 2.0 : at + 0.5;
        mct_species species[2];
        mct_mixture mixture = with_activity(species, 0.55, at);
        mct_critical_line *line = line_of(&grid, critical(&options, &grid, &mixture), low, high);
        cr_expect_eq(line->root_count, 1, "end %d: %zu roots", end, line->root_count);
        /* phi_c to 1e-11 over its slope, 0.06 at 2 and 0.17 at 1 */
        if (line->root_count == 1) cr_expect(fabs(line->root[0] - at) < 1e-9, "%.12f", line->root[0]);
        mct_critical_line_destroy(line);
    }
}

Test(line, is_as_good_as_it_says) {
    /* `error` is that of the cubics before the points that measured it became nodes */
    mct_glass_options options = mct_glass_options_default();
    mct_grid grid = mct_grid_default();
    mct_critical_line *line = line_of(&grid, 0.6105, 1.0, 10.0);
    uint64_t seed = 3;
    cr_expect(line->error > 0.0 && line->error < 1e-3, "%.2e", line->error);
    for (int n = 0; n < 60; n++) {
        const double activity = support_uniform(&seed, 1.0, 10.0);
        mct_species species[2];
        mct_mixture mixture = with_activity(species, 0.55, activity);
        double error = fabs(mct_critical_line_packing_fraction(line, activity) - critical(&options, &grid, &mixture));
        cr_expect(error < line->error + phi_error, "activity %.6f: %.2e against %.2e", activity, error, line->error);
    }
    cr_expect(isnan(mct_critical_line_packing_fraction(line, 0.999)) &&
              isnan(mct_critical_line_packing_fraction(line, 10.001)) &&
              isnan(mct_critical_line_packing_fraction(line, NAN)));
    mct_critical_line_destroy(line);
}

Test(line, of_the_other_species) {
    /* exchanging the species' places exchanges nothing else */
    const double first[] = {2.0, 1.3}, second[] = {1.3, 2.0}, range[] = {1.0, 2.0}, a_x[] = {0.3, 0.7},
                 b_x[] = {0.7, 0.3};
    mct_context *context = support_context(1);
    mct_glass_options options = mct_glass_options_default();
    mct_grid grid = mct_grid_default();
    mct_species a[2], b[2];
    mct_mixture A = support_mixture(a, 0.56, 2, a_x, first), B = support_mixture(b, 0.56, 2, b_x, second);
    mct_critical_line *line_a = NULL, *line_b = NULL;
    cr_assert_eq(mct_critical_activity(context, &options, &grid, &A, 1, range, &line_a), MCT_OK);
    cr_assert_eq(mct_critical_activity(context, &options, &grid, &B, 0, range, &line_b), MCT_OK);
    cr_expect_eq(line_a->root_count, line_b->root_count);
    for (size_t n = 0; n < line_a->root_count && n < line_b->root_count; n++)
        cr_expect(fabs(line_a->root[n] - line_b->root[n]) < 1e-9, "%.13f, %.13f", line_a->root[n], line_b->root[n]);
    cr_expect(a[1].activity == 1.3 && b[0].activity == 1.3, "the mixture is not changed");
    mct_critical_line_destroy(line_a);
    mct_critical_line_destroy(line_b);
    mct_context_destroy(context);
}

/* --- Failures ------------------------------------------------------------------------------------------------ */

Test(line, refuses_bad_ranges_by_name) {
    const double ranges[][2] = {{0.5, 2.0}, {3.0, 2.0}, {2.0, 2.0}, {NAN, 2.0}, {1.0, NAN}, {1.0, INFINITY}};
    mct_context *context = support_context(1);
    mct_glass_options options = mct_glass_options_default();
    mct_grid grid = mct_grid_default();
    mct_species species[2];
    mct_mixture mixture = with_activity(species, 0.6105, 2.0);
    for (size_t n = 0; n < sizeof ranges / sizeof *ranges; n++) {
        mct_critical_line *line = NULL;
        mct_context_clear(context);
        cr_expect_eq(mct_critical_activity(context, &options, &grid, &mixture, 0, ranges[n], &line), MCT_ARGUMENT,
                     "%g ... %g", ranges[n][0], ranges[n][1]);
        cr_expect_null(line);
        cr_expect(strstr(mct_context_error(context), "critical.range") && strstr(mct_context_error(context), "1 <="),
                  "%s", mct_context_error(context));
    }
    const double range[] = {1.0, 2.0};
    mct_critical_line *line = NULL;
    mct_context_clear(context);
    cr_expect_eq(mct_critical_activity(context, &options, &grid, &mixture, 2, range, &line), MCT_ARGUMENT);
    cr_expect(line == NULL && strstr(mct_context_error(context), "species"), "%s", mct_context_error(context));
    mixture.packing_fraction = 1.5;
    cr_expect_eq(mct_critical_activity(context, &options, &grid, &mixture, 0, range, &line), MCT_ARGUMENT);
    cr_expect(line == NULL && strstr(mct_context_error(context), "packing_fraction"), "%s", mct_context_error(context));
    mct_critical_line_destroy(NULL);
    mct_context_destroy(context);
}

static mct_context *interrupted_context;

static void interrupt(int number) {
    (void)number;
    mct_context_interrupt(interrupted_context);
}

Test(line, stops_when_asked_to) {
    /* 0.1 s into several seconds of work, by a signal */
    const double range[] = {1.0, 10.0};
    const struct itimerval soon = {.it_value = {.tv_usec = 100000}};
    mct_context *context = support_context(1);
    mct_glass_options options = mct_glass_options_default();
    mct_grid grid = {.points = 3000, .spacing = 0.05, .quadrature = MCT_QUADRATURE_CORRECTED};
    mct_species species[2];
    mct_mixture mixture = with_activity(species, 0.6105, 2.0);
    mct_critical_line *line = NULL;
    struct timespec begin, end;
    interrupted_context = context;
    signal(SIGALRM, interrupt);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    setitimer(ITIMER_REAL, &soon, NULL);
    cr_expect_eq(mct_critical_activity(context, &options, &grid, &mixture, 0, range, &line), MCT_INTERRUPTED);
    clock_gettime(CLOCK_MONOTONIC, &end);
    cr_expect_null(line);
    /* the next safe place is an evaluation away, 1 ms; the sanitizers and busy machines take their time */
    cr_expect(difftime(end.tv_sec, begin.tv_sec) <= 3.0);
    mct_context_destroy(context);
}

/* --- Traces --------------------------------------------------------------------------------------------------- */

/* Between nodes the cubics are right to the tolerance asked for, several packing fractions have their roots in one trace,
 * and what is special is where points computed by themselves say it is. */
Test(critical_line, a_trace_is_right_to_its_tolerance) {
    const mct_grid grid = {.points = 100, .spacing = 0.4};
    const double range[] = {1.0, 10.0}, levels[] = {0.6105, 0.58};
    const mct_critical_trace_options trace = {.tolerance = 1e-7, .level_count = 2, .levels = levels, .features = true};
    mct_context *context = support_context(1);
    mct_glass_options options = mct_glass_options_default();
    mct_species species[2];
    mct_mixture mixture = with_activity(species, 0.55, 2.0);
    mct_critical_line *line = NULL;
    cr_assert_eq(mct_critical_trace(context, &options, &grid, &mixture, 0, range, &trace, &line), MCT_OK, "%s",
                 mct_context_error(context));
    for (double activity = 1.037; activity < 10.0; activity *= 1.31) {
        mixture = with_activity(species, 0.55, activity);
        const double phi = critical(&options, &grid, &mixture);
        cr_expect(fabs(mct_critical_line_packing_fraction(line, activity) - phi) < 1e-7, "%g: %.10f, not %.10f",
                  activity, mct_critical_line_packing_fraction(line, activity), phi);
    }
    cr_assert_eq(line->root_count, 3, "two at 0.6105, one at 0.58: %zu", line->root_count);
    for (size_t r = 0; r < 3; r++) {
        mixture = with_activity(species, 0.55, line->root[r]);
        cr_expect(fabs(critical(&options, &grid, &mixture) - line->root_packing_fraction[r]) < 1e-10);
    }
    /* lambda_MCT a little to both sides of its peak is smaller, and it is 0.9033 there */
    for (int side = -1; side <= 1; side += 2) {
        mixture = with_activity(species, 0.55, line->peak_activity * (1.0 + 0.01 * side));
        mct_critical_point *point = critical_point(&options, &grid, &mixture, NULL);
        cr_expect(point->exponents.exponent_parameter < line->exponent_peak);
        mct_critical_point_destroy(point);
    }
    cr_expect(fabs(line->exponent_peak - 0.9033) < 1e-4, "%.6f", line->exponent_peak);
    /* the active species' f has lost half of its area near 2.61; the passive one's never does */
    cr_expect(fabs(line->collapse[0] - 2.6105) < 1e-3, "%.6f", line->collapse[0]);
    cr_expect(isnan(line->collapse[1]));
    mct_critical_line_destroy(line);
    mct_context_destroy(context);
}
