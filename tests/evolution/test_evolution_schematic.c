/* test_evolution_schematic.c: models of one wave number whose solutions are known: Phi' + Phi + int m(t-u) Phi'(u) du = 0,
 * m = v1 Phi + v2 Phi^2. */
#include "evolution/evolution_fixture.h"
#include "evolution/evolution_internal.h"

typedef struct model {
    double v1, v2;
} model;

static void memory(void *user, size_t point, const double *F, const double *G, bool linear, double *M) {
    const model *at = (const model *)user + point;
    M[0] = at->v2 * F[0] * G[0] + (linear ? at->v1 * F[0] : 0.0);
}

static mct_evolution *create(mct_context *context, const mct_evolution_options *options, size_t count, model *models) {
    static const double one = 1.0;
    mct_evolution_matrices matrices[8];
    mct_evolution *evolution = NULL;
    for (size_t p = 0; p < count; p++)
        matrices[p] = (mct_evolution_matrices){.S = &one, .Gamma = &one, .W_inverse = &one};
    cr_assert_eq(mct_evolution_create_custom(context, options, 1, 1, count, matrices, memory, models, &evolution),
                 MCT_OK, "%s", mct_context_error(context));
    return evolution;
}

/* e^-x I_k(x), k = 0, 1: the series; the asymptotic one from x = 40 on. */
static double bessel(int k, double x) {
    long double sum = 0.0L, term = 1.0L;
    if (x < 40.0) {
        if (k) term = 0.5L * (long double)x;
        for (int j = 1; j < 400; j++) {
            sum += term;
            term *= 0.25L * (long double)x * (long double)x / ((long double)j * (j + k));
        }
        return (double)(sum * expl(-(long double)x));
    }
    for (int j = 1; j < 20; j++) {
        sum += term;
        term *= -(4.0L * k * k - (2.0L * j - 1.0L) * (2.0L * j - 1.0L)) / (8.0L * j * (long double)x);
    }
    return (double)(sum / sqrtl(2.0L * 3.14159265358979323846L * (long double)x));
}

/* Largest distance from the exact F1 solution over all rows until t = 1e4. */
static double error_of_F1(mct_time_scheme scheme, int order, size_t n) {
    mct_context *context = support_context(1);
    mct_evolution_options options = mct_evolution_options_default();
    model m = {1.0, 0.0};
    record rows = {.n = 1};
    options.time.scheme = scheme, options.time.order = order, options.time.steps_per_block = n;
    options.time.tolerance = 1e-14;
    options.time.until = 1e4;
    mct_evolution *evolution = create(context, &options, 1, &m);
    mct_evolution_set_sink(evolution, record_row, &rows);
    cr_assert_eq(mct_evolution_run(evolution), MCT_OK);
    cr_assert_eq(mct_evolution_look(evolution, 0).state, MCT_EVOLUTION_UNTIL);
    double worst = 0.0;
    for (size_t r = 0; r < rows.count[0]; r++) {
        const double x = 2.0 * rows.time[0][r];
        worst = fmax(worst, fabs(rows.phi[0][r] - bessel(0, x) - bessel(1, x)));
    }
    mct_evolution_destroy(evolution);
    record_clear(&rows);
    mct_context_destroy(context);
    return worst;
}

Test(evolution_schematic, F1_converges_at_the_order_of_the_scheme) {
    const struct {
        mct_time_scheme scheme;
        int order;
        size_t n;
        double error, factor; /* at n; of the error when n doubles, at least */
    } cases[] = {{MCT_TIME_LEGENDRE, 5, 32, 7e-7, 30.0},
                 {MCT_TIME_LEGENDRE, 3, 64, 3e-7, 10.0},
                 {MCT_TIME_MOMENTS, 5, 128, 1e-3, 3.0}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const double coarse = error_of_F1(cases[c].scheme, cases[c].order, cases[c].n);
        const double fine = error_of_F1(cases[c].scheme, cases[c].order, 2 * cases[c].n);
        cr_expect(coarse < cases[c].error, "case %zu: %.3e", c, coarse);
        cr_expect(coarse / fine > cases[c].factor, "case %zu: %.3e, then %.3e", c, coarse, fine);
    }
}

/* The largest f with f/(1-f) = v1 f + v2 f^2. */
static double plateau_of(const model *m) {
    const double b = m->v2 - m->v1;
    return (b + sqrt(b * b - 4.0 * m->v2 * (1.0 - m->v1))) / (2.0 * m->v2);
}

Test(evolution_schematic, plateaus_are_the_fixed_points) {
    /* F2 above v = 4 (f = 1/2), F12 above its line v1 = (2l - 1)/l^2, v2 = 1/l^2 (f = 1 - l), l = 0.7 */
    const double l = 0.7;
    model models[] = {{0.0, 4.4}, {0.0, 8.0}, {1.1 * (2 * l - 1) / (l * l), 1.1 / (l * l)}};
    mct_context *context = support_context(1);
    mct_evolution_options options = mct_evolution_options_default();
    options.time.tolerance = 1e-13;
    options.time.until = 1e30;
    mct_evolution *evolution = create(context, &options, 3, models);
    cr_assert_eq(mct_evolution_run(evolution), MCT_OK);
    for (size_t p = 0; p < 3; p++) {
        double phi;
        mct_evolution_last(evolution, p, &phi);
        cr_expect_eq(mct_evolution_look(evolution, p).state, MCT_EVOLUTION_PLATEAU);
        cr_expect(fabs(phi - plateau_of(&models[p])) < 1e-10, "model %zu: %.3e", p, phi - plateau_of(&models[p]));
    }
    mct_evolution_destroy(evolution);
    mct_context_destroy(context);
}

Test(evolution_schematic, F2_at_its_critical_point_stays_above_the_plateau) {
    /* f_c = 1/2, and Phi - f_c ~ t^-a with lambda_MCT = 1/2: Gamma(1-a)^2/Gamma(1-2a) = 1/2, a = 0.395263 */
    model m = {0.0, 4.0};
    mct_context *context = support_context(1);
    mct_evolution_options options = mct_evolution_options_default();
    record rows = {.n = 1};
    options.time.tolerance = 1e-14;
    options.plateau = -1.0;
    options.time.until = 1e10;
    mct_evolution *evolution = create(context, &options, 1, &m);
    mct_evolution_set_sink(evolution, record_row, &rows);
    cr_assert_eq(mct_evolution_run(evolution), MCT_OK);
    const size_t last = rows.count[0] - 1;
    size_t before = last;
    while (rows.time[0][before] > 0.1 * rows.time[0][last]) before--;
    const double slope =
        log((rows.phi[0][before] - 0.5) / (rows.phi[0][last] - 0.5)) / log(rows.time[0][last] / rows.time[0][before]);
    cr_expect(fabs(slope - 0.395263) < 2e-3, "a = %.6f", slope);
    for (size_t r = 0; r < last; r++) cr_expect(rows.phi[0][r] > rows.phi[0][r + 1]);
    mct_evolution_destroy(evolution);
    record_clear(&rows);
    mct_context_destroy(context);
}

static void divergent(void *user, size_t point, const double *F, const double *G, bool linear, double *M) {
    (void)user, (void)linear;
    M[0] = point == 1 ? (double)NAN : F[0] * G[0];
}

Test(evolution_schematic, a_point_that_fails_does_not_stop_the_others) {
    static const double one = 1.0;
    const mct_evolution_matrices one_by_one = {.S = &one, .Gamma = &one, .W_inverse = &one};
    const mct_evolution_matrices matrices[3] = {one_by_one, one_by_one, one_by_one};
    mct_context *context = support_context(1);
    mct_evolution_options options = mct_evolution_options_default();
    mct_evolution *evolution = NULL;
    cr_assert_eq(mct_evolution_create_custom(context, &options, 1, 1, 3, matrices, divergent, NULL, &evolution),
                 MCT_OK);
    cr_assert_eq(mct_evolution_run(evolution), MCT_OK);
    cr_expect_eq(mct_evolution_look(evolution, 0).state, MCT_EVOLUTION_DECAYED);
    cr_expect_eq(mct_evolution_look(evolution, 1).state, MCT_EVOLUTION_NON_FINITE);
    cr_expect_eq(mct_evolution_look(evolution, 2).state, MCT_EVOLUTION_DECAYED);
    cr_expect_eq(mct_evolution_check(evolution), MCT_NON_FINITE);
    cr_expect(strstr(mct_context_error(context), "point 1") != NULL, "%s", mct_context_error(context));
    mct_evolution_destroy(evolution);
    mct_context_destroy(context);
}
