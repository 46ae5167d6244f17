/* test_relaxation.c: relaxation times of known decays from rows at growing steps. */
#include "evolution_fixture.h"
#include "relaxation.h"

enum { N = 3 };

/* Rows of exp(-(t/(q+1))^beta) for two species (the second 10 times slower), steps doubling every 32 rows. */
static void feed(mct_relaxation *relaxation, double beta, double until) {
    double phi[4 * N], time = 0.0, step = 0.25e-3;
    for (size_t row = 0; time < until; row++) {
        for (size_t q = 0; q < N; q++) {
            phi[q] = 2.0 * exp(-pow(time / (double)(q + 1), beta));
            phi[N + q] = phi[2 * N + q] = -1.0;
            phi[3 * N + q] = 3.0 * exp(-pow(0.1 * time / (double)(q + 1), beta));
        }
        mct_relaxation_add(relaxation, time, phi);
        if (row >= 64 && row % 32 == 0) step *= 2.0;
        time += step;
    }
    mct_relaxation_finish(relaxation);
}

Test(relaxation, of_stretched_exponentials) {
    const double S[4 * N] = {2.0, 2.0, 2.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, 3.0, 3.0, 3.0};
    const struct {
        int degree;
        double allowed;
    } cases[] = {{5, 3e-9}, {3, 2e-6}, {1, 2e-6}};
    for (size_t c = 0; c < 3; c++) {
        mct_relaxation relaxation;
        cr_assert_eq(mct_relaxation_create(NULL, 2, N, S, cases[c].degree, c % 2 == 0, &relaxation), MCT_OK);
        feed(&relaxation, 0.6, 2e3);
        for (size_t i = 0; i < 2 * N; i++) {
            const double scale = (i < N ? 1.0 : 10.0) * (double)(i % N + 1);
            const double exact[] = {scale, scale * pow(log(10.0), 1.0 / 0.6)};
            for (size_t l = 0; l < 2; l++) {
                const double error = mct_relaxation_time(&relaxation, (mct_relaxation_level)l)[i] / exact[l] - 1.0;
                cr_expect(fabs(error) < cases[c].allowed, "degree %d, element %zu, level %zu: %.2e", cases[c].degree, i,
                          l, error);
            }
        }
        mct_relaxation_destroy(&relaxation);
    }
}

Test(relaxation, is_not_a_number_where_it_is_not_reached) {
    const double S[4 * N] = {2.0, 2.0, 2.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, 3.0, 3.0, 3.0};
    mct_relaxation relaxation;
    cr_assert_eq(mct_relaxation_create(NULL, 2, N, S, 5, true, &relaxation), MCT_OK);
    feed(&relaxation, 1.0, 1.5); /* the fast species reaches 1/e at q = 0 alone, the slow one nowhere */
    const double *const e = mct_relaxation_time(&relaxation, MCT_RELAXATION_E);
    const double *const tenth = mct_relaxation_time(&relaxation, MCT_RELAXATION_TENTH);
    cr_expect(fabs(e[0] - 1.0) < 1e-8, "%.17g", e[0]);
    for (size_t i = 1; i < 2 * N; i++) cr_expect(isnan(e[i]), "element %zu: %g", i, e[i]);
    for (size_t i = 0; i < 2 * N; i++) cr_expect(isnan(tenth[i]), "element %zu: %g", i, tenth[i]);
    mct_relaxation_destroy(&relaxation);
}

Test(relaxation, a_crossing_between_the_last_rows_or_of_few_rows_counts) {
    const double S[1] = {1.0}, rows[] = {1.0, 0.8, 0.6, 0.3};
    mct_relaxation relaxation;
    cr_assert_eq(mct_relaxation_create(NULL, 1, 1, S, 5, true, &relaxation), MCT_OK);
    for (size_t r = 0; r < 4; r++) mct_relaxation_add(&relaxation, (double)r, &rows[r]);
    const double *const tau = mct_relaxation_time(&relaxation, MCT_RELAXATION_E);
    cr_expect(isnan(*tau));
    mct_relaxation_finish(&relaxation);
    cr_expect(*tau > 2.0 && *tau < 3.0, "%g", *tau);
    mct_relaxation_destroy(&relaxation);
}

Test(relaxation, finds_every_level_in_turn_whatever_the_steps) {
    const double S[4 * N] = {2.0, 2.0, 2.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, 3.0, 3.0, 3.0};
    mct_relaxation relaxation;
    cr_assert_eq(mct_relaxation_create(NULL, 2, N, S, 5, true, &relaxation), MCT_OK);
    feed(&relaxation, 0.6, 3e3); /* the slow species ends at 7e-5 */
    for (size_t l = 0; l < MCT_RELAXATION_LADDER; l++) {
        cr_expect(l == 0 || relaxation.level[l] < relaxation.level[l - 1]);
        const double exact = pow(-log(relaxation.level[l]), 1.0 / 0.6), found = relaxation.tau[l * 2 * N];
        cr_expect(fabs(found / exact - 1.0) < 3e-9, "%g: %.2e", relaxation.level[l], found / exact - 1.0);
    }
    mct_relaxation_destroy(&relaxation);
}
