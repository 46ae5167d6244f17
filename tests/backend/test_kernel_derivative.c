/* test_kernel_derivative.c: dM[F; d] = M[F, d] + M[d, F] and its adjoint. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reference/support.h"

static const mct_kernel_algorithm algorithms[] = {MCT_KERNEL_DIRECT, MCT_KERNEL_FACTORIZED, MCT_KERNEL_FOURIER};

/* A kernel, the state of its one point, F and two directions. */
typedef struct setting {
    mct_context *context;
    mct_grid grid;
    mct_statics *statics;
    mct_kernel *kernel;
    size_t m, N, count; /* count = m*m*N */
    double *F, *d, *l, *M, *dM, *w, *work;
    char name[64];
} setting;

static double *array(size_t count) {
    double *values = calloc(count, sizeof *values);
    cr_assert_not_null(values);
    return values;
}

static setting setting_create(size_t N, size_t m, mct_quadrature quadrature, mct_kernel_algorithm algorithm,
                              mct_kernel_path path) {
    const double fractions[3][3] = {{1.0}, {0.3, 0.7}, {0.2, 0.35, 0.45}}, activities[] = {4.0, 1.0, 2.0};
    setting s = {.grid = {.points = N, .spacing = 0.4, .quadrature = quadrature}};
    uint64_t seed = 8;
    mct_species species[3];
    mct_mixture mixture = support_mixture(species, 0.6, m, fractions[m - 1], activities);
    mct_solver_options options = mct_solver_options_default();
    s.context = support_context(1);
    s.m = m, s.N = N, s.count = m * m * N;
    for (size_t mu = 0; mu < m; mu++) species[mu].diffusivity = 2.0 - 0.5 * (double)mu;
    s.statics = path == MCT_PATH_GENERAL ? support_statics_unequal(s.context, &s.grid, &mixture)
                                         : support_statics(s.context, &s.grid, &mixture);
    options.kernel = algorithm;
    options.path = path;
    cr_assert_eq(mct_kernel_create(s.context, &s.grid, m, 1, &options, &s.kernel), MCT_OK, "%s",
                 mct_context_error(s.context));
    cr_assert_eq(mct_kernel_set_statics(s.kernel, 0, s.statics), MCT_OK);
    double **arrays[] = {&s.F, &s.d, &s.l, &s.M, &s.dM, &s.w, &s.work};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) *arrays[i] = array(s.count);
    support_fill(SUPPORT_SMOOTH, &s.grid, s.statics, &seed, s.F);
    support_fill(SUPPORT_DIRECTION, &s.grid, s.statics, &seed, s.d);
    support_fill(SUPPORT_DIRECTION, &s.grid, s.statics, &seed, s.l);
    snprintf(s.name, sizeof s.name, "%s, path %d, %s, N = %zu, m = %zu", mct_kernel_algorithm_name(algorithm),
             (int)path, mct_quadrature_name(quadrature), N, m);
    return s;
}

static void setting_destroy(setting *s) {
    free(s->F), free(s->d), free(s->l), free(s->M), free(s->dM), free(s->w), free(s->work);
    mct_kernel_destroy(s->kernel);
    mct_statics_destroy(s->statics);
    mct_context_destroy(s->context);
}

/* Runs `check` for every algorithm, path, quadrature, m and a few N. */
static void for_every_setting(void (*check)(setting *)) {
    const size_t sizes[] = {4, 7, 16, 53, 100};
    for (size_t a = 0; a < 3; a++)
        for (int path = MCT_PATH_GENERAL; path <= MCT_PATH_RANK_ONE; path++)
            for (int corrected = 0; corrected < 2; corrected++)
                for (size_t n = 0; n < sizeof sizes / sizeof *sizes; n++) {
                    setting s = setting_create(sizes[n], 1 + n % 3,
                                               corrected ? MCT_QUADRATURE_CORRECTED : MCT_QUADRATURE_RIEMANN,
                                               algorithms[a], (mct_kernel_path)path);
                    check(&s);
                    setting_destroy(&s);
                }
}

/* --- Derivative --------------------------------------------------------------------------------------------- */

static void check_against_reference(setting *s) {
    reference_state *state = reference_state_from_statics(&s->grid, s->statics);
    long double *F = reference_widen(s->count, s->F), *d = reference_widen(s->count, s->d);
    long double *sum = reference_array(s->count), *other = reference_array(s->count);
    cr_assert_eq(mct_kernel_linearise(s->kernel, 0, 1, s->F, s->M), MCT_OK);
    cr_assert_eq(mct_kernel_derivative(s->kernel, 0, 1, s->d, s->dM), MCT_OK);
    reference_kernel_increments(state, s->grid.quadrature, F, F, sum);
    double error = support_kernel_error(s->m * s->m, s->N, s->N, NULL, s->M, sum);
    cr_expect(error <= 1e-12, "M of linearise: %.2e, %s", error, s->name);
    reference_kernel_increments(state, s->grid.quadrature, F, d, sum);
    reference_kernel_increments(state, s->grid.quadrature, d, F, other);
    for (size_t i = 0; i < s->count; i++) sum[i] += other[i];
    long double *size = reference_array(s->N), *size_other = reference_array(s->N);
    reference_kernel_size(state, F, d, size); /* d has both signs: dM may vanish */
    reference_kernel_size(state, d, F, size_other);
    for (size_t q = 0; q < s->N; q++) size[q] += size_other[q];
    error = support_kernel_error_sized(s->m * s->m, s->N, s->dM, sum, size);
    cr_expect(error <= 1e-12, "dM: %.2e, %s", error, s->name);
    free(F), free(d), free(sum), free(other), free(size), free(size_other);
    reference_state_destroy(state);
}

Test(kernel_derivative, matches_the_reference) {
    for_every_setting(check_against_reference);
}

static void check_symmetric_difference(setting *s) {
    /* M is quadratic: (M[F + d] - M[F - d])/2 = dM[F; d] exactly, for a d of any size */
    cr_assert_eq(mct_kernel_linearise(s->kernel, 0, 1, s->F, NULL), MCT_OK);
    cr_assert_eq(mct_kernel_derivative(s->kernel, 0, 1, s->d, s->dM), MCT_OK);
    for (size_t i = 0; i < s->count; i++) s->work[i] = s->F[i] + s->d[i];
    cr_assert_eq(mct_kernel_apply(s->kernel, 0, 1, s->work, s->M), MCT_OK);
    for (size_t i = 0; i < s->count; i++) s->work[i] = s->F[i] - s->d[i];
    cr_assert_eq(mct_kernel_apply(s->kernel, 0, 1, s->work, s->w), MCT_OK);
    reference_state *state = reference_state_from_statics(&s->grid, s->statics);
    long double *sum = reference_array(s->count), *size = reference_array(s->N);
    for (size_t i = 0; i < s->count; i++) sum[i] = fabsl((long double)s->F[i]) + fabsl((long double)s->d[i]);
    reference_kernel_size(state, sum, sum, size); /* F + d and F - d have both signs */
    for (size_t i = 0; i < s->count; i++) sum[i] = 0.5L * ((long double)s->M[i] - (long double)s->w[i]);
    double error = support_kernel_error_sized(s->m * s->m, s->N, s->dM, sum, size);
    cr_expect(error <= 2e-12, "%.2e, %s", error, s->name); /* M twice, 1e-12 each */
    free(sum), free(size);
    reference_state_destroy(state);
}

Test(kernel_derivative, is_the_symmetric_difference) {
    for_every_setting(check_symmetric_difference);
}

static void check_linearisation_stays(setting *s) {
    /* other evaluations in between do not disturb what linearise has kept */
    cr_assert_eq(mct_kernel_linearise(s->kernel, 0, 1, s->F, NULL), MCT_OK);
    unsigned long before = mct_kernel_evaluations(s->kernel);
    cr_assert_eq(mct_kernel_derivative(s->kernel, 0, 1, s->d, s->dM), MCT_OK);
    cr_assert_eq(mct_kernel_adjoint(s->kernel, 0, 1, s->l, s->w), MCT_OK);
    cr_assert_eq(mct_kernel_apply(s->kernel, 0, 1, s->d, s->M), MCT_OK);
    cr_assert_eq(mct_kernel_bilinear(s->kernel, 0, 1, s->l, s->d, s->M), MCT_OK);
    cr_assert_eq(mct_kernel_derivative(s->kernel, 0, 1, s->d, s->M), MCT_OK);
    cr_assert_eq(mct_kernel_adjoint(s->kernel, 0, 1, s->l, s->work), MCT_OK);
    cr_expect_arr_eq(s->M, s->dM, s->count * sizeof(double), "%s", s->name);
    cr_expect_arr_eq(s->work, s->w, s->count * sizeof(double), "%s", s->name);
    cr_expect_eq(mct_kernel_evaluations(s->kernel) - before, 6, "%lu", mct_kernel_evaluations(s->kernel) - before);
}

Test(kernel_derivative, other_calls_do_not_disturb_it) {
    for_every_setting(check_linearisation_stays);
}

/* --- Adjoint ------------------------------------------------------------------------------------------------ */

static double dot(size_t count, const double *a, const double *b, double *size) {
    long double sum = 0.0L, absolute = 0.0L;
    for (size_t i = 0; i < count; i++) {
        long double term = (long double)a[i] * (long double)b[i];
        sum += term;
        absolute += fabsl(term);
    }
    *size = (double)absolute;
    return (double)sum;
}

static void check_dot(setting *s) {
    double size_d, size_l;
    cr_assert_eq(mct_kernel_linearise(s->kernel, 0, 1, s->F, s->M), MCT_OK);
    cr_assert_eq(mct_kernel_derivative(s->kernel, 0, 1, s->d, s->dM), MCT_OK);
    for (int scaled = 0; scaled < 2; scaled++) {
        if (scaled) /* every q counts the same, although M falls over many decades */
            for (size_t q = 0; q < s->N; q++) {
                double largest = 0.0;
                for (size_t c = 0; c < s->m * s->m; c++) largest = fmax(largest, fabs(s->M[c * s->N + q]));
                for (size_t c = 0; c < s->m * s->m; c++) s->l[c * s->N + q] /= largest;
            }
        cr_assert_eq(mct_kernel_adjoint(s->kernel, 0, 1, s->l, s->w), MCT_OK);
        double left = dot(s->count, s->w, s->d, &size_d), right = dot(s->count, s->l, s->dM, &size_l);
        double error = fabs(left - right) / size_l;
        /* to 1e-11 of the sum of absolute values (the sum itself may vanish) */
        cr_expect(error <= 1e-11, "scaled %d: %.2e, %s", scaled, error, s->name);
    }
}

Test(kernel_derivative, adjoint_passes_the_dot_test) {
    for_every_setting(check_dot);
}

Test(kernel_derivative, adjoint_is_the_transpose_element_by_element) {
    /* Columns from unit d, rows from unit l.  An element of the matrix is a sum over increments whose parts are as
     * large as the largest element of its column (derivative) or row (adjoint): 1e-12 of that. */
    for (size_t a = 0; a < 3; a++)
        for (int corrected = 0; corrected < 2; corrected++) {
            setting s = setting_create(8, 2, corrected ? MCT_QUADRATURE_CORRECTED : MCT_QUADRATURE_RIEMANN,
                                       algorithms[a], MCT_PATH_GENERAL);
            size_t n = s.count;
            double *columns = array(n * n), *rows = array(n * n), largest = 0.0, worst = 0.0;
            cr_assert_eq(mct_kernel_linearise(s.kernel, 0, 1, s.F, NULL), MCT_OK);
            for (size_t i = 0; i < n; i++) {
                memset(s.d, 0, n * sizeof *s.d);
                s.d[i] = 1.0;
                cr_assert_eq(mct_kernel_derivative(s.kernel, 0, 1, s.d, columns + i * n), MCT_OK);
                cr_assert_eq(mct_kernel_adjoint(s.kernel, 0, 1, s.d, rows + i * n), MCT_OK);
            }
            for (size_t i = 0; i < n * n; i++) largest = fmax(largest, fabs(columns[i]));
            for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j < n; j++) worst = fmax(worst, fabs(columns[i * n + j] - rows[j * n + i]));
            cr_expect(worst <= 1e-12 * largest, "%.2e, %s", worst / largest, s.name);
            free(columns), free(rows);
            setting_destroy(&s);
        }
}

/* --- Batches ------------------------------------------------------------------------------------------------ */

Test(kernel_derivative, many_points_are_one_point_many_times) {
    enum { POINTS = 3 };
    for (size_t a = 0; a < 3; a++) {
        setting s = setting_create(37, 2, MCT_QUADRATURE_RIEMANN, algorithms[a], MCT_PATH_AUTO);
        mct_solver_options options = mct_solver_options_default();
        mct_kernel *many = NULL;
        options.kernel = algorithms[a];
        cr_assert_eq(mct_kernel_create(s.context, &s.grid, 2, POINTS, &options, &many), MCT_OK);
        double *F = array(POINTS * s.count), *d = array(POINTS * s.count), *l = array(POINTS * s.count);
        double *dM = array(POINTS * s.count), *w = array(POINTS * s.count);
        for (size_t point = 0; point < POINTS; point++) {
            cr_assert_eq(mct_kernel_set_statics(many, point, s.statics), MCT_OK);
            for (size_t i = 0; i < s.count; i++) {
                double factor = 1.0 + 0.3 * (double)point;
                F[point * s.count + i] = factor * s.F[i];
                d[point * s.count + i] = s.d[i] / factor;
                l[point * s.count + i] = factor * s.l[i];
            }
        }
        cr_assert_eq(mct_kernel_linearise(many, 0, POINTS, F, NULL), MCT_OK);
        cr_assert_eq(mct_kernel_derivative(many, 0, POINTS, d, dM), MCT_OK);
        cr_assert_eq(mct_kernel_adjoint(many, 0, POINTS, l, w), MCT_OK);
        for (size_t point = 0; point < POINTS; point++) {
            cr_assert_eq(mct_kernel_linearise(s.kernel, 0, 1, F + point * s.count, NULL), MCT_OK);
            cr_assert_eq(mct_kernel_derivative(s.kernel, 0, 1, d + point * s.count, s.dM), MCT_OK);
            cr_assert_eq(mct_kernel_adjoint(s.kernel, 0, 1, l + point * s.count, s.w), MCT_OK);
            if (algorithms[a] ==
                MCT_KERNEL_DIRECT) { /* BLAS: the order of sums depends on the shape, see test_kernel_batch.c */
                cr_expect(support_difference(4, s.grid.points, s.dM, dM + point * s.count) < 1e-13, "derivative, %s",
                          s.name);
                cr_expect(support_difference(4, s.grid.points, s.w, w + point * s.count) < 1e-13, "adjoint, %s",
                          s.name);
                continue;
            }
            cr_expect_arr_eq(s.dM, dM + point * s.count, s.count * sizeof(double), "derivative, %s", s.name);
            cr_expect_arr_eq(s.w, w + point * s.count, s.count * sizeof(double), "adjoint, %s", s.name);
        }
        free(F), free(d), free(l), free(dM), free(w);
        mct_kernel_destroy(many);
        setting_destroy(&s);
    }
}

Test(kernel_derivative, threads_change_nothing) {
    for (size_t a = 0; a < 3; a++) {
        setting s = setting_create(53, 3, MCT_QUADRATURE_RIEMANN, algorithms[a], MCT_PATH_AUTO);
        mct_solver_options options = mct_solver_options_default();
        mct_kernel *threaded = NULL;
        options.kernel = algorithms[a];
        mct_context_set_threads(s.context, 3);
        cr_assert_eq(mct_kernel_create(s.context, &s.grid, 3, 1, &options, &threaded), MCT_OK);
        cr_assert_eq(mct_kernel_set_statics(threaded, 0, s.statics), MCT_OK);
        cr_assert_eq(mct_kernel_linearise(s.kernel, 0, 1, s.F, NULL), MCT_OK);
        cr_assert_eq(mct_kernel_linearise(threaded, 0, 1, s.F, NULL), MCT_OK);
        cr_assert_eq(mct_kernel_derivative(s.kernel, 0, 1, s.d, s.dM), MCT_OK);
        cr_assert_eq(mct_kernel_derivative(threaded, 0, 1, s.d, s.work), MCT_OK);
        cr_expect_arr_eq(s.dM, s.work, s.count * sizeof(double), "derivative, %s", s.name);
        cr_assert_eq(mct_kernel_adjoint(s.kernel, 0, 1, s.l, s.w), MCT_OK);
        cr_assert_eq(mct_kernel_adjoint(threaded, 0, 1, s.l, s.work), MCT_OK);
        cr_expect_arr_eq(s.w, s.work, s.count * sizeof(double), "adjoint, %s", s.name);
        mct_kernel_destroy(threaded);
        setting_destroy(&s);
    }
}
