/* evolution_estimate.c: what a run in time will cost. */
#include <math.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "apmct/evolution_plan.h"
#include "base/need.h"

enum { MEASURED_LEAST = 4, MEASURED_MOST = 100 }; /* evaluations of the kernel; the first one is not counted */

static const double measured_seconds = 0.5;     /* at most, but for the least number */
static const size_t buffers = (size_t)12 << 20; /* of journal, result file and libraries */

static const double taylor_until = 0.2, linear_until = 1e-4; /* fastest rate times the time where the start ends */
static const double evaluations_per_step = 2, other_work = 1.5;

/* An upper bound of the rates: the largest sum of a row of Gamma. */
static double fastest(const mct_statics *statics) {
    const size_t m = statics->species, N = statics->points;
    double rate = 0;

    for (size_t q = 0; q < N; q++) {
        for (size_t mu = 0; mu < m; mu++) {
            double sum = 0;

            for (size_t nu = 0; nu < m; nu++) sum += fabs(statics->relaxation_rate[(mu * m + nu) * N + q]);
            rate = fmax(rate, sum);
        }
    }
    return rate;
}

double mct_evolution_start_time(const mct_time_options *time, const mct_statics *statics) {
    if (time->scheme == MCT_TIME_LEGENDRE) return taylor_until / fastest(statics);
    if (time->first_step > 0) return time->first_step * 0.5 * (double)time->steps_per_block;
    return linear_until / fastest(statics);
}

/* What the program takes already. */
static size_t process_memory(void) {
    struct rusage usage;

    return getrusage(RUSAGE_SELF, &usage) == 0 ? (size_t)usage.ru_maxrss * 1024 : 0;
}

static double now(void) {
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static mct_status measure(mct_context *context, const mct_evolution_options *options, const mct_grid *grid,
                          const mct_statics *statics, double *seconds) {
    const size_t size = statics->species * statics->species * statics->points;
    const double begin = now();
    mct_kernel *kernel;
    double *M = NULL;
    mct_status status;

    MCT_TRY(mct_kernel_create(context, grid, statics->species, 1, &options->solver, &kernel));
    MCT_TRY_CLEANUP(mct_kernel_set_statics(kernel, 0, statics));
    M = malloc(size * sizeof *M);
    if (!M) {
        status = mct_fail(context, MCT_MEMORY, "not enough memory for the memory kernel");
        goto cleanup;
    }
    *seconds = INFINITY;
    for (int i = 0; i < MEASURED_MOST && (i < MEASURED_LEAST || now() - begin < measured_seconds); i++) {
        const double start = now();

        MCT_TRY_CLEANUP(mct_kernel_apply(kernel, 0, 1, statics->structure_factor, M));
        if (i > 0) *seconds = fmin(*seconds, now() - start);
    }
cleanup:
    free(M);
    mct_kernel_destroy(kernel);
    return status;
}

mct_status mct_evolution_estimate_cost(mct_context *context, const mct_evolution_options *options, const mct_grid *grid,
                                       const mct_statics *statics, mct_evolution_cost *cost) {
    MCT_NEED(context, options, grid, statics, cost);
    const double half = 0.5 * (double)options->time.steps_per_block;

    const size_t solver = mct_evolution_memory(options, grid, statics->species, 1);

    *cost = (mct_evolution_cost){.start = mct_evolution_start_time(&options->time, statics)};
    cost->memory = solver + buffers + process_memory();
    cost->memory_checkpoint = solver - mct_kernel_memory(grid, statics->species, 1, &options->solver);
    MCT_TRY(measure(context, options, grid, statics, &cost->evaluation));
    cost->decades = fmax(0, log10(options->time.until / cost->start));
    cost->steps_per_decade = half / log10(2);
    cost->steps = half + cost->steps_per_decade * cost->decades;
    cost->seconds = cost->steps * evaluations_per_step * other_work * cost->evaluation;
    return MCT_OK;
}
