/* test_relaxation.c: relaxation times of known decays from rows at growing steps. */
#include "evolution/evolution_fixture.h"
#include "evolution/relaxation.h"

enum { N = 3, MANY = 1300 /* wave numbers that several threads share */ };

/* Rows of exp(-(t/(q+1))^beta) for two species (the second 10 times slower), steps doubling every 32 rows. */
static void feed(mct_relaxation *relaxation, double beta, double until) {
    double phi[4 * N], time = 0.0, step = 0.25e-3;
    for (size_t row = 0; time < until; row++) {
        for (size_t q = 0; q < N; q++) {
            phi[q] = 2.0 * exp(-pow(time / (double)(q + 1), beta));
            phi[N + q] = phi[2 * N + q] = -1.0;
            phi[3 * N + q] = 3.0 * exp(-pow(0.1 * time / (double)(q + 1), beta));
        }
        mct_relaxation_add(relaxation, time, phi, 1);
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
    for (size_t r = 0; r < 4; r++) mct_relaxation_add(&relaxation, (double)r, &rows[r], 1);
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

Test(relaxation, threads_change_nothing) {
    mct_relaxation relaxation[2];
    double *const S = calloc(4 * MANY, sizeof *S), *const phi = calloc(4 * MANY, sizeof *phi);
    for (size_t q = 0; q < MANY; q++) S[q] = S[3 * MANY + q] = 1.0 + (double)q / MANY;
    for (int t = 0; t < 2; t++) cr_assert_eq(mct_relaxation_create(NULL, 2, MANY, S, 5, true, &relaxation[t]), MCT_OK);
    double time = 0.0;
    for (size_t row = 0; row < 400; row++, time += row < 100 ? 1.0e-3 : 0.02 * time) {
        for (size_t q = 0; q < MANY; q++) {
            phi[q] = S[q] * exp(-time / (double)(q % 7 + 1));
            phi[3 * MANY + q] = S[q] * exp(-pow(time, 0.6) * (double)(q + 1) / MANY);
        }
        for (int t = 0; t < 2; t++) mct_relaxation_add(&relaxation[t], time, phi, t ? 3 : 1);
    }
    for (int t = 0; t < 2; t++) mct_relaxation_finish(&relaxation[t]);
    const size_t bytes = relaxation[0].levels * 2 * MANY * sizeof(double);
    cr_expect_arr_eq(relaxation[0].tau, relaxation[1].tau, bytes);
    cr_expect(isfinite(mct_relaxation_time(&relaxation[0], MCT_RELAXATION_TENTH)[0]));
    for (int t = 0; t < 2; t++) mct_relaxation_destroy(&relaxation[t]);
    free(S), free(phi);
}
