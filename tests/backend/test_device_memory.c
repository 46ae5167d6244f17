/* Backends whose memory is not the host's, where there is little of it: batches are computed in parts.  On the simulated
 * device (cuda/host), if it was built. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "apmct/backend.h"
#include "apmct/glass.h"
#include "reference/support.h"

enum { N = 60, SPECIES = 2, POINTS = 5, THREADS = 4, SIZE = SPECIES * SPECIES * N };

static const double fractions[] = {0.5, 0.5};

typedef struct batch {
    mct_species species[POINTS][SPECIES];
    mct_mixture mixture[POINTS];
    mct_glass_result result[POINTS];
    double F[POINTS * SIZE];
} batch;

static mct_status solve(const char *memory, size_t count, const mct_glass_options *options, batch *b) {
    const mct_grid grid = {.points = N, .spacing = 0.4};
    mct_context *context = support_context(THREADS);
    for (size_t p = 0; p < POINTS; p++) {
        b->mixture[p] = support_mixture(b->species[p], 0.525 + 0.005 * (double)p, SPECIES, fractions, NULL);
    }
    if (memory) {
        setenv("APMCT_CUDA_HOST_MEMORY", memory, 1);
    } else {
        unsetenv("APMCT_CUDA_HOST_MEMORY");
    }
    const mct_status status = mct_glass_solve(context, options, &grid, count, b->mixture, b->F, b->result, NULL, NULL);
    mct_context_destroy(context);
    return status;
}

Test(device_memory, batches_in_parts) {
    static batch all, parts;
    const size_t step = (size_t)1 << 16, most = (size_t)1 << 28;
    mct_glass_options options = mct_glass_options_default();
    char text[32];
    size_t memory = 0;
    snprintf(options.solver.backend, sizeof options.solver.backend, "cuda-host");
    if (mct_backend_resolve(NULL, "cuda-host", 0, &(const char *){NULL}) != MCT_OK)
        cr_skip_test("cuda-host is not built");
    cr_assert_eq(solve(NULL, 1, &options, &all), MCT_OK);
    do { /* as little as one point can do with */
        memory += step;
        cr_assert(memory < most);
        snprintf(text, sizeof text, "%zu", memory);
    } while (solve(text, 1, &options, &parts) == MCT_BACKEND);
    cr_assert_gt(memory, step);
    cr_assert_eq(solve(NULL, POINTS, &options, &all), MCT_OK);
    cr_assert_eq(solve(text, POINTS, &options, &parts), MCT_OK);
    cr_expect_arr_eq(parts.F, all.F, sizeof all.F, "results depend on how many points are computed at a time");
}
