/* The CUDA backend, on the host or on a device, against the CPU backend, operation by operation.
 * Bound: both round, in other orders of sums.  Worst is the adjoint by plain sums, against that of `direct` 3e-12 of the
 * largest value at N = 200 for the CPU and 2e-12 for this one, and growing with N. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "backend_cuda.h"
#include "orders.h"
#include "reference/support.h"

static const double bound = 1e-11;

/* What one comparison is about. */
typedef struct trial {
    int order;
    size_t N, m, points;
    mct_kernel_algorithm algorithm;
    mct_kernel_path path;
    mct_quadrature quadrature;
    bool whole, alike; /* all points of the state; on one path */
} trial;

/* A state of each backend with the same statics, and arrays of each. */
enum { ARRAYS = 4 };
typedef struct pair {
    const mct_backend *backend[2];
    void *state[2];
    double *array[2][ARRAYS];
    double *host[2];
    mct_context *context;
    mct_grid grid;
    size_t n, first, count;
} pair;

static void fill(pair *p, int which, mct_statics *const *statics, support_field kind, uint64_t seed) {
    for (size_t point = 0; point < p->count; point++) {
        support_fill(kind, &p->grid, statics[point], &seed, p->host[0] + point * p->n);
    }
    for (int b = 0; b < 2; b++) p->backend[b]->upload(p->array[b][which], p->host[0], p->count * p->n);
}

/* The largest difference, per point relative to its largest value. */
static double difference(pair *p, int which) {
    double worst = 0.0;
    for (int b = 0; b < 2; b++) p->backend[b]->download(p->host[b], p->array[b][which], p->count * p->n);
    for (size_t point = 0; point < p->count; point++) {
        double largest = 0.0, error = 0.0;
        for (size_t i = point * p->n; i < (point + 1) * p->n; i++) {
            largest = fmax(largest, fabs(p->host[0][i]));
            error = fmax(error, fabs(p->host[1][i] - p->host[0][i]));
            if (isnan(p->host[1][i])) return NAN;
        }
        worst = fmax(worst, error / largest);
    }
    return worst;
}

static double scalar_difference(size_t count, double values[2][8]) {
    double worst = 0.0;
    for (size_t i = 0; i < count; i++) {
        const double error = fabs(values[1][i] / values[0][i] - 1.0);
        if (!(error <= worst)) worst = error;
    }
    return worst;
}

/* OPERATION on both backends; arrays a[0] ... a[3]. */
#define BOTH(OPERATION)                             \
    for (int b = 0; b < 2; b++) {                   \
        const mct_backend *const on = p.backend[b]; \
        void *const state = p.state[b];             \
        double *const *const a = p.array[b];        \
        OPERATION;                                  \
    }

#define EXPECT_SAME(which, name)                                                                                   \
    do {                                                                                                           \
        const double error_ = difference(&p, which);                                                               \
        cr_expect(error_ <= bound, "%s: %.2e (N %zu, m %zu, %s, path %d, %s, order %s)", name, error_, t->N, t->m, \
                  mct_kernel_algorithm_name(t->algorithm), (int)t->path, mct_quadrature_name(t->quadrature),       \
                  orders[t->order]);                                                                               \
    } while (0)

static pair pair_create(const trial *t, mct_statics **statics) {
    const double fractions[3][3] = {{1.0}, {0.3, 0.7}, {0.2, 0.35, 0.45}}, activities[] = {4.0, 1.0, 2.0};
    pair p = {.backend = {&mct_backend_cpu, &MCT_CUDA_BACKEND}, .context = support_context(1)};
    const double spacing = t->quadrature == MCT_QUADRATURE_CORRECTED ? 0.2 : 0.4;
    p.grid =
        (mct_grid){.points = t->N, .spacing = spacing * fmin(1.0, 200.0 / (double)t->N), .quadrature = t->quadrature};
    p.n = t->m * t->m * t->N;
    p.count = t->points;
    p.first = t->whole ? 0 : 1; /* point 0 is left out */
    const mct_shape shape = {.grid = p.grid,
                             .species = t->m,
                             .points = p.first + t->points,
                             .algorithm = t->algorithm,
                             .path = t->path,
                             .threads = 1};
    for (int b = 0; b < 2; b++) {
        cr_assert_eq(p.backend[b]->create(p.context, &shape, NULL, &p.state[b]), MCT_OK, "%s",
                     mct_context_error(p.context));
        for (int i = 0; i < ARRAYS; i++) cr_assert_not_null(p.array[b][i] = p.backend[b]->allocate(t->points * p.n));
        cr_assert_not_null(p.host[b] = calloc(t->points * p.n, sizeof(double)));
    }
    for (size_t point = 0; point < t->points; point++) {
        mct_species species[3];
        mct_mixture mixture =
            support_mixture(species, 0.55 + 0.01 * (double)point, t->m, fractions[t->m - 1], activities);
        const bool unequal = t->path == MCT_PATH_GENERAL || (t->path == MCT_PATH_AUTO && point % 2 && !t->alike);
        statics[point] = unequal ? support_statics_unequal(p.context, &p.grid, &mixture)
                                 : support_statics(p.context, &p.grid, &mixture);
        BOTH((void)a; if (p.first) cr_assert_eq(on->set_statics(p.context, state, 0, statics[point]), MCT_OK);
             cr_assert_eq(on->set_statics(p.context, state, p.first + point, statics[point]), MCT_OK))
    }
    return p;
}

static void pair_destroy(pair *p, mct_statics **statics) {
    for (int b = 0; b < 2; b++) {
        for (int i = 0; i < ARRAYS; i++) p->backend[b]->release(p->array[b][i]);
        p->backend[b]->destroy(p->state[b]);
        free(p->host[b]);
    }
    for (size_t point = 0; point < p->count; point++) mct_statics_destroy(statics[point]);
    mct_context_destroy(p->context);
}

static void check_kernel(const trial *t) {
    mct_statics *statics[8];
    pair p = pair_create(t, statics);
    fill(&p, 0, statics, SUPPORT_SMOOTH, 3);
    fill(&p, 1, statics, SUPPORT_DIRECTION, 4);
    BOTH(on->apply(state, p.first, p.count, a[0], a[0], a[2]))
    EXPECT_SAME(2, "M[F, F]");
    BOTH(on->apply(state, p.first, p.count, a[0], a[1], a[2]))
    EXPECT_SAME(2, "M[F, G]");
    BOTH(on->linearise(state, p.first, p.count, a[0], a[2]); on->apply(state, p.first, p.count, a[1], a[1], a[3]))
    EXPECT_SAME(2, "M of linearise");
    BOTH(on->derivative(state, p.first, p.count, a[1], a[2]))
    EXPECT_SAME(2, "dM");
    BOTH(on->adjoint(state, p.first, p.count, a[1], a[2]))
    EXPECT_SAME(2, "adjoint");
    pair_destroy(&p, statics);
}

static void check_glass(const trial *t) {
    mct_statics *statics[8];
    pair p = pair_create(t, statics);
    double values[2][8] = {{0.0}};
    fill(&p, 0, statics, SUPPORT_SMOOTH, 5);
    fill(&p, 1, statics, SUPPORT_DIRECTION, 6);
    BOTH(on->apply(state, p.first, p.count, a[0], a[0], a[2]); on->glass_map(state, p.first, p.count, a[2], a[3]))
    EXPECT_SAME(3, "G");
    BOTH(on->glass_linearise(state, p.first, p.count, a[3]);
         on->glass_sensitivity(state, p.first, p.count, a[2], a[3], values[b]))
    cr_expect(scalar_difference(p.count, values) <= bound, "sensitivity");
    BOTH(on->glass_derivative(state, p.first, p.count, a[1], a[2]))
    EXPECT_SAME(2, "dG");
    BOTH(on->glass_adjoint(state, p.first, p.count, a[1], a[2]))
    EXPECT_SAME(2, "adjoint of dG");
    BOTH(on->dot(state, p.first, p.count, a[0], a[3], values[b]))
    cr_expect(scalar_difference(p.count, values) <= bound, "dot");
    BOTH(on->max_norm(state, p.first, p.count, a[1], values[b]))
    cr_expect(scalar_difference(p.count, values) == 0.0, "max norm");
    const double factor_a[8] = {0.5, 2.0, -1.0, 3.0}, factor_b[8] = {1.0, 0.0, 2.0, 0.0};
    BOTH(on->weigh(state, p.first, p.count, 0, a[1]); on->weigh(state, p.first, p.count, 1, a[0]);
         on->axpby(state, p.first, p.count, factor_a, a[0], factor_b, a[1]))
    EXPECT_SAME(0, "division by the weight");
    EXPECT_SAME(1, "a x + b y");
    /* a bad value is that point's bad value */
    p.host[0][p.n - 1] = NAN;
    BOTH(on->upload(a[0], p.host[0], p.count * p.n); on->max_norm(state, p.first, p.count, a[0], values[b]))
    for (size_t i = 0; i < p.count; i++) cr_expect(isnan(values[1][i]) == (i == 0), "norm of point %zu", i);
    pair_destroy(&p, statics);
}

static const size_t sizes[] = {4, 7, 100, 200};
static const mct_kernel_algorithm algorithms[] = {MCT_KERNEL_FACTORIZED, MCT_KERNEL_FOURIER, MCT_KERNEL_DIRECT};

ParameterizedTestParameters(cuda_backend, kernel) {
    static trial trials[200];
    size_t count = 0;
    for (int a = 0; a < 3; a++)
        for (int path = MCT_PATH_AUTO; path <= MCT_PATH_RANK_ONE; path++)
            for (int corrected = 0; corrected < 2; corrected++)
                for (size_t s = 0; s < 4; s++) {
                    if (sizes[s] == 200 && (path != MCT_PATH_RANK_ONE || algorithms[a] == MCT_KERNEL_DIRECT)) continue;
                    trials[count] = (trial){.order = (int)(count % ORDERS),
                                            .N = sizes[s],
                                            .m = 1 + (s + (size_t)path) % 3,
                                            .points = sizes[s] > 100 ? 1 : 3,
                                            .algorithm = algorithms[a],
                                            .path = (mct_kernel_path)path,
                                            .quadrature = (mct_quadrature)corrected};
                    count++;
                }
    /* enough points for the matrix products of `direct`, of one tile and of several, none of them full */
    for (int path = MCT_PATH_GENERAL; path <= MCT_PATH_RANK_ONE; path++)
        for (int corrected = 0; corrected < 2; corrected++)
            for (size_t m = 1; m <= 3; m++, count++) {
                trials[count] = (trial){.order = (int)(count % ORDERS),
                                        .N = m == 1   ? 33
                                             : m == 2 ? 70
                                                      : 7,
                                        .m = m,
                                        .points = 5,
                                        .algorithm = MCT_KERNEL_DIRECT,
                                        .path = (mct_kernel_path)path,
                                        .quadrature = (mct_quadrature)corrected};
            }
    trials[count] = trials[count - 2];
    trials[count].N = 131, trials[count].points = 1,
    count++; /* three tiles along, the last warp of one with few columns */
    return cr_make_param_array(trial, trials, count);
}

ParameterizedTest(trial *t, cuda_backend, kernel) {
    setenv("APMCT_CUDA_HOST_ORDER", orders[t->order], 1);
    check_kernel(t);
}

/* More wave numbers than a block of threads sums at a time: a few, and more than each block sums by itself. */
ParameterizedTestParameters(cuda_backend, chunks) {
    static const struct {
        size_t N, m, points;
        mct_kernel_algorithm algorithm;
    } cases[] = {{300, 2, 1, MCT_KERNEL_FACTORIZED}, {513, 1, 1, MCT_KERNEL_FOURIER},  {513, 2, 2, MCT_KERNEL_FOURIER},
                 {1300, 1, 2, MCT_KERNEL_FOURIER},   {1300, 2, 2, MCT_KERNEL_FOURIER}, {1300, 3, 1, MCT_KERNEL_FOURIER},
                 {3000, 2, 1, MCT_KERNEL_FOURIER}};
    enum { CASES = sizeof cases / sizeof *cases };
    static trial trials[2 * CASES];
    for (int i = 0; i < 2 * CASES; i++) {
        trials[i] = (trial){.order = i % ORDERS,
                            .N = cases[i / 2].N,
                            .m = cases[i / 2].m,
                            .points = cases[i / 2].points,
                            .whole = cases[i / 2].points > 1,
                            .alike = i % 4 == 0,
                            .algorithm = cases[i / 2].algorithm,
                            .quadrature = (mct_quadrature)(i % 2)};
    }
    return cr_make_param_array(trial, trials, 2 * CASES);
}

ParameterizedTest(trial *t, cuda_backend, chunks) {
    setenv("APMCT_CUDA_HOST_ORDER", orders[t->order], 1);
    check_kernel(t);
}

ParameterizedTestParameters(cuda_backend, glass) {
    static trial trials[3 * ORDERS];
    for (int i = 0; i < 3 * ORDERS; i++) {
        trials[i] = (trial){.order = i / 3,
                            .N = 100,
                            .m = 1 + (size_t)i % 3,
                            .points = 4,
                            .algorithm = MCT_KERNEL_FOURIER,
                            .path = MCT_PATH_AUTO};
    }
    return cr_make_param_array(trial, trials, 3 * ORDERS);
}

ParameterizedTest(trial *t, cuda_backend, glass) {
    setenv("APMCT_CUDA_HOST_ORDER", orders[t->order], 1);
    check_glass(t);
}

Test(cuda_backend, processes_of_a_node_share_its_devices) {
    const struct {
        const char *visible;
        size_t count, number;
        const char *device; /* NULL: nothing to choose */
    } cases[] = {{NULL, 0, 0, NULL},   {NULL, 1, 3, NULL},
                 {NULL, 4, 0, "0"},    {NULL, 4, 5, "1"},
                 {"", 4, 1, NULL},     {"2", 4, 1, NULL},
                 {"2,3", 4, 0, "2"},   {"2,3", 4, 1, "3"},
                 {"2,3,5", 9, 5, "5"}, {"GPU-a,GPU-b", 0, 1, "GPU-b"}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        char device[16] = "";
        const bool any =
            mct_cuda_device_of_process(cases[c].visible, cases[c].count, cases[c].number, device, sizeof device);
        cr_expect_eq(any, cases[c].device != NULL, "case %zu", c);
        cr_expect(!any || strcmp(device, cases[c].device) == 0, "case %zu: %s", c, device);
    }
}
