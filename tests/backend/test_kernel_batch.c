/* test_kernel_batch.c: batches, threads, paths, symmetries and bad input of the memory kernel. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "backend/kernel_fixture.h"

static const double error_allowed = 1e-12; /* of one M[F], test_kernel.c */

/* --- Paths, batches, threads -------------------------------------------------------------------------------- */

enum { BATCH = 5 };

typedef struct batch {
    mct_grid grid;
    mct_context *context;
    mct_statics *statics[BATCH];
    double *F, *M, *again; /* [BATCH][m*m][N] */
    size_t m, size;        /* m*m*N */
} batch;

static batch batch_create(size_t N, size_t m, mct_quadrature quadrature) {
    batch b = {.grid = {.points = N, .spacing = 40.0 / (double)N, .quadrature = quadrature}, .m = m, .size = m * m * N};
    uint64_t seed = 6;
    b.context = support_context(1);
    b.F = fields_create(BATCH * b.size);
    b.M = fields_create(BATCH * b.size);
    b.again = fields_create(BATCH * b.size);
    for (size_t point = 0; point < BATCH; point++) {
        mct_species species[3];
        mct_mixture mixture = support_random_mixture(&seed, species, 0.5 + 0.03 * (double)point, m, 0.1, 5.0);
        b.statics[point] = support_statics(b.context, &b.grid, &mixture);
        support_fill(point % 2 ? SUPPORT_SMOOTH : SUPPORT_STRUCTURE, &b.grid, b.statics[point], &seed,
                     b.F + point * b.size);
    }
    return b;
}

static void batch_destroy(batch *b) {
    for (size_t point = 0; point < BATCH; point++) mct_statics_destroy(b->statics[point]);
    free(b->F), free(b->M), free(b->again);
    mct_context_destroy(b->context);
}

static mct_kernel *batch_kernel(batch *b, mct_kernel_algorithm algorithm, mct_kernel_path path) {
    mct_kernel *kernel = create(b->context, &b->grid, b->m, BATCH, algorithm, path);
    for (size_t point = 0; point < BATCH; point++)
        cr_assert_eq(mct_kernel_set_statics(kernel, point, b->statics[point]), MCT_OK);
    return kernel;
}

/* A point's result depends on nothing but the point: bit for bit, except that `direct` sums in the order that BLAS
 * chooses for the number of right-hand sides (N^2 = 3721 terms, 1e-14 of the largest M is rounding). */
static void expect_same(const batch *b, mct_kernel_algorithm algorithm, int path, const char *what) {
    const char *name = mct_kernel_algorithm_name(algorithm);
    if (algorithm == MCT_KERNEL_DIRECT) {
        for (size_t point = 0; point < BATCH; point++) {
            double difference =
                support_difference(b->m * b->m, b->grid.points, b->M + point * b->size, b->again + point * b->size);
            cr_expect(difference < 1e-14, "%s path %d: %s differ by %.2e", name, path, what, difference);
        }
    } else {
        cr_expect_arr_eq(b->M, b->again, BATCH * b->size * sizeof(double), "%s path %d: %s differ", name, path, what);
    }
}

Test(kernel_batch, many_points_are_one_point_many_times) {
    for (size_t a = 0; a < 3; a++)
        for (int path = 0; path < 2; path++) {
            batch b = batch_create(61, 2, path ? MCT_QUADRATURE_CORRECTED : MCT_QUADRATURE_RIEMANN);
            mct_kernel *kernel = batch_kernel(&b, algorithms[a], path ? MCT_PATH_RANK_ONE : MCT_PATH_GENERAL);
            cr_assert_eq(mct_kernel_apply(kernel, 0, BATCH, b.F, b.M), MCT_OK);
            cr_expect_eq(mct_kernel_evaluations(kernel), BATCH);
            for (size_t point = 0; point < BATCH; point++)
                cr_assert_eq(mct_kernel_apply(kernel, point, 1, b.F + point * b.size, b.again + point * b.size), 0);
            expect_same(&b, algorithms[a], path, "points one by one");
            cr_assert_eq(mct_kernel_apply(kernel, 1, 3, b.F + b.size, b.again + b.size), MCT_OK);
            expect_same(&b, algorithms[a], path, "points 1 ... 3");
            mct_kernel *single =
                create(b.context, &b.grid, 2, 1, algorithms[a], path ? MCT_PATH_RANK_ONE : MCT_PATH_GENERAL);
            for (size_t point = 0; point < BATCH; point++) {
                cr_assert_eq(mct_kernel_set_statics(single, 0, b.statics[point]), MCT_OK);
                cr_assert_eq(mct_kernel_apply(single, 0, 1, b.F + point * b.size, b.again + point * b.size), MCT_OK);
            }
            expect_same(&b, algorithms[a], path, "points of a kernel of one");
            mct_kernel_destroy(single);
            mct_kernel_destroy(kernel);
            batch_destroy(&b);
        }
}

/* M[F], and dM[F; F'] and its adjoint at the images that are kept, of `count` points. */
static void compute_all(const batch *b, mct_kernel_algorithm algorithm, mct_kernel_path path, size_t count,
                        double *const out[3]) {
    mct_kernel *kernel = create(b->context, &b->grid, b->m, count, algorithm, path);
    for (size_t point = 0; point < count; point++)
        cr_assert_eq(mct_kernel_set_statics(kernel, point, b->statics[point]), MCT_OK);
    cr_assert_eq(mct_kernel_linearise(kernel, 0, count, b->F, out[0]), MCT_OK);
    cr_assert_eq(mct_kernel_derivative(kernel, 0, count, b->F + (BATCH - count) * b->size, out[1]), MCT_OK);
    cr_assert_eq(mct_kernel_adjoint(kernel, 0, count, out[1], out[2]), MCT_OK);
    mct_kernel_destroy(kernel);
}

/* One point of 200 wave numbers and three species is enough for several threads to share it (MCT_AUTO_TEAM_EVALUATION):
 * its components up to four of them, its functions seven. */
Test(kernel_batch, threads_change_nothing) {
    const int threads[] = {2, 3, 4, 7};
    const char *const what[] = {"M", "derivative", "adjoint"};
    for (size_t a = 0; a < 3; a++)
        for (int path = MCT_PATH_GENERAL; path <= MCT_PATH_RANK_ONE; path++)
            for (size_t count = 1; count <= BATCH; count += BATCH - 1) {
                batch b = batch_create(algorithms[a] == MCT_KERNEL_DIRECT ? 61 : 200, 3, MCT_QUADRATURE_RIEMANN);
                double *results[2][3];
                for (int r = 0; r < 6; r++) results[r / 3][r % 3] = fields_create(BATCH * b.size);
                compute_all(&b, algorithms[a], (mct_kernel_path)path, count, results[0]);
                for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
                    mct_context_set_threads(b.context, threads[t]);
                    compute_all(&b, algorithms[a], (mct_kernel_path)path, count, results[1]);
                    for (int r = 0; r < 3; r++)
                        cr_expect_arr_eq(results[0][r], results[1][r], count * b.size * sizeof(double),
                                         "%s, path %d, %zu points, %d threads: %s differs",
                                         mct_kernel_algorithm_name(algorithms[a]), path, count, threads[t], what[r]);
                }
                for (int r = 0; r < 6; r++) free(results[r / 3][r % 3]);
                batch_destroy(&b);
            }
}

Test(kernel_batch, both_paths_and_all_algorithms_agree) {
    for (int corrected = 0; corrected < 2; corrected++) {
        batch b = batch_create(100, 3, corrected ? MCT_QUADRATURE_CORRECTED : MCT_QUADRATURE_RIEMANN);
        mct_kernel *kernel = batch_kernel(&b, MCT_KERNEL_DIRECT, MCT_PATH_GENERAL);
        cr_assert_eq(mct_kernel_apply(kernel, 0, BATCH, b.F, b.M), MCT_OK);
        mct_kernel_destroy(kernel);
        for (size_t a = 0; a < 3; a++) {
            kernel = batch_kernel(&b, algorithms[a], MCT_PATH_RANK_ONE);
            cr_assert_eq(mct_kernel_apply(kernel, 0, BATCH, b.F, b.again), MCT_OK);
            for (size_t point = 0; point < BATCH; point++) {
                double difference = support_difference(9, 100, b.again + point * b.size, b.M + point * b.size);
                /* two results, each within error_allowed */
                cr_expect(difference <= 2.0 * error_allowed, "%s, point %zu: %.2e",
                          mct_kernel_algorithm_name(algorithms[a]), point, difference);
            }
            mct_kernel_destroy(kernel);
        }
        batch_destroy(&b);
    }
}

Test(kernel_batch, bilinear_with_equal_arguments_is_apply) {
    for (size_t a = 0; a < 3; a++) {
        batch b = batch_create(100, 2, MCT_QUADRATURE_RIEMANN);
        mct_kernel *kernel = batch_kernel(&b, algorithms[a], MCT_PATH_AUTO);
        cr_assert_eq(mct_kernel_apply(kernel, 0, BATCH, b.F, b.M), MCT_OK);
        cr_assert_eq(mct_kernel_bilinear(kernel, 0, BATCH, b.F, b.F, b.again), MCT_OK);
        for (size_t point = 0; point < BATCH; point++)
            cr_expect(support_difference(4, 100, b.again + point * b.size, b.M + point * b.size) < error_allowed);
        mct_kernel_destroy(kernel);
        batch_destroy(&b);
    }
}

Test(kernel_batch, permuting_species_permutes_the_kernel) {
    mct_context *context = support_context(1);
    const size_t order[3] = {2, 0, 1}, N = 50;
    mct_grid grid = {.points = N, .spacing = 0.8};
    mct_species species[3], permuted[3];
    mct_mixture mixture = mixture_of(species, 0.6, 3), other = mixture;
    for (size_t mu = 0; mu < 3; mu++) permuted[mu] = species[order[mu]];
    other.species = permuted;
    mct_statics *a = support_statics(context, &grid, &mixture), *b = support_statics(context, &grid, &other);
    double *F = fields_create(9 * N), *G = fields_create(9 * N), *M = fields_create(9 * N), *P = fields_create(9 * N);
    uint64_t seed = 7;
    support_fill(SUPPORT_SMOOTH, &grid, a, &seed, F);
    for (size_t algorithm = 0; algorithm < 3; algorithm++)
        for (int path = MCT_PATH_GENERAL; path <= MCT_PATH_RANK_ONE; path++) {
            mct_kernel *kernel = create(context, &grid, 3, 1, algorithms[algorithm], (mct_kernel_path)path);
            for (size_t c = 0; c < 9; c++) memcpy(G + c * N, F + (order[c / 3] * 3 + order[c % 3]) * N, N * sizeof *G);
            cr_assert_eq(mct_kernel_set_statics(kernel, 0, a), MCT_OK);
            cr_assert_eq(mct_kernel_apply(kernel, 0, 1, F, M), MCT_OK);
            cr_assert_eq(mct_kernel_set_statics(kernel, 0, b), MCT_OK);
            cr_assert_eq(mct_kernel_apply(kernel, 0, 1, G, P), MCT_OK);
            for (size_t c = 0; c < 9; c++) memcpy(G + c * N, M + (order[c / 3] * 3 + order[c % 3]) * N, N * sizeof *G);
            cr_expect(support_difference(9, N, P, G) <= 2.0 * error_allowed);
            mct_kernel_destroy(kernel);
        }
    free(F), free(G), free(M), free(P);
    mct_statics_destroy(a);
    mct_statics_destroy(b);
    mct_context_destroy(context);
}

/* --- Bad input ---------------------------------------------------------------------------------------------- */

Test(kernel_batch, a_nan_stays_and_stays_at_its_point) {
    for (size_t a = 0; a < 3; a++)
        for (int path = MCT_PATH_GENERAL; path <= MCT_PATH_RANK_ONE; path++) {
            batch b = batch_create(40, 2, MCT_QUADRATURE_RIEMANN);
            mct_kernel *kernel = batch_kernel(&b, algorithms[a], (mct_kernel_path)path);
            cr_assert_eq(mct_kernel_apply(kernel, 0, BATCH, b.F, b.M), MCT_OK);
            b.F[2 * b.size + 17] = NAN;
            (void)mct_kernel_apply(kernel, 0, BATCH, b.F, b.again);
            bool found = false;
            for (size_t i = 2 * b.size; i < 3 * b.size; i++) found |= isnan(b.again[i]);
            cr_expect(found, "%s hides a NaN", mct_kernel_algorithm_name(algorithms[a]));
            cr_expect_arr_eq(b.M, b.again, 2 * b.size * sizeof(double));
            cr_expect_arr_eq(b.M + 3 * b.size, b.again + 3 * b.size, 2 * b.size * sizeof(double));
            mct_kernel_destroy(kernel);
            batch_destroy(&b);
        }
}

Test(kernel_batch, wrong_shapes_are_refused) {
    mct_context *context = support_context(1);
    mct_grid grid = mct_grid_default(), small = {.points = 50, .spacing = 0.4};
    mct_species species[3];
    mct_mixture two = mixture_of(species, 0.5, 2);
    mct_statics *good = support_statics(context, &grid, &two), *short_one = support_statics(context, &small, &two);
    mct_statics *unequal = support_statics_unequal(context, &grid, &two);
    mct_mixture three = mixture_of(species, 0.5, 3);
    mct_statics *more = support_statics(context, &grid, &three);
    mct_kernel *kernel = create(context, &grid, 2, 2, MCT_KERNEL_FOURIER, MCT_PATH_RANK_ONE);
    cr_expect_eq(mct_kernel_set_statics(kernel, 0, good), MCT_OK);
    cr_expect_eq(mct_kernel_set_statics(kernel, 2, good), MCT_ARGUMENT, "point outside the batch");
    cr_expect_eq(mct_kernel_set_statics(kernel, 0, short_one), MCT_ARGUMENT, "another grid");
    cr_expect_eq(mct_kernel_set_statics(kernel, 0, more), MCT_ARGUMENT, "another number of species");
    mct_context_clear(context);
    cr_expect_eq(mct_kernel_set_statics(kernel, 0, unequal), MCT_ARGUMENT, "rank one with unequal c");
    cr_expect(*mct_context_error(context) != '\0');
    double *F = fields_create(3 * 400), *M = fields_create(3 * 400);
    cr_expect_eq(mct_kernel_apply(kernel, 1, 2, F, M), MCT_ARGUMENT, "points 1, 2 of a batch of two");
    cr_expect_eq(mct_kernel_bilinear(kernel, 2, 1, F, F, M), MCT_ARGUMENT);
    cr_expect_eq(mct_kernel_linearise(kernel, 0, 3, F, M), MCT_ARGUMENT);
    free(F), free(M);
    mct_kernel_destroy(kernel);
    mct_kernel_destroy(NULL);
    mct_statics_destroy(good);
    mct_statics_destroy(short_one);
    mct_statics_destroy(unequal);
    mct_statics_destroy(more);
    mct_context_destroy(context);
}

Test(kernel_batch, creation_refuses_what_cannot_be) {
    mct_context *context = support_context(1);
    mct_solver_options options = mct_solver_options_default();
    mct_grid grid = mct_grid_default(), tiny = {.points = 3, .spacing = 0.4}, huge = {.points = 20000, .spacing = 0.01};
    mct_kernel *kernel = NULL;
    cr_expect_eq(mct_kernel_create(context, &tiny, 1, 1, &options, &kernel), MCT_ARGUMENT);
    cr_expect_eq(mct_kernel_create(context, &grid, 0, 1, &options, &kernel), MCT_ARGUMENT);
    cr_expect_eq(mct_kernel_create(context, &grid, 1, 0, &options, &kernel), MCT_ARGUMENT);
    strcpy(options.backend, "abacus");
    cr_expect_eq(mct_kernel_create(context, &grid, 1, 1, &options, &kernel), MCT_BACKEND);
    cr_expect(strstr(mct_context_error(context), "abacus") != NULL, "%s", mct_context_error(context));
    strcpy(options.backend, "cpu");
    options.kernel = MCT_KERNEL_DIRECT; /* 16 N^3 bytes: 128 TB */
    cr_expect_eq(mct_kernel_create(context, &huge, 1, 1, &options, &kernel), MCT_MEMORY);
    cr_expect(*mct_context_error(context) != '\0');
    cr_expect_null(kernel);
    cr_expect(mct_kernel_memory(&huge, 1, 1, &options) > (size_t)60e12);
    options.kernel = MCT_KERNEL_AUTO;
    cr_expect(mct_kernel_memory(&huge, 1, 1, &options) < (size_t)1e9);
    cr_expect_eq(mct_kernel_create(context, &huge, 1, 1, &options, &kernel), MCT_OK);
    cr_expect_eq(mct_kernel_algorithm_used(kernel), MCT_KERNEL_FOURIER);
    cr_expect_str_eq(mct_kernel_backend_name(kernel), "cpu");
    mct_kernel_destroy(kernel);
    mct_context_destroy(context);
}
