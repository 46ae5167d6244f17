/* The evolution in time of the CUDA backend on the host against that of the CPU: step by step, and to the end.
 * Bound: steps converge to 1e-13, and rounding grows from block to block: little (to 1e-13 at worst) but for order 5 with
 * n = 16, where it doubles per block and reaches 1e-11 after nine; so do the loops of the CPU among themselves. */
#include "evolution_run.h"

static const double bound = 1e-11;

/* ---- step by step ---------------------------------------------------------------------------------------------------- */

static void check_steps(const trial *t) {
    run cpu = run_create(&mct_backend_cpu, t, NULL), cuda = run_create(&MCT_CUDA_BACKEND, t, NULL);
    cpu.backend->evolution->start(cpu.evolution);
    cuda.backend->evolution->start(cuda.evolution);
    look(&cpu);
    look(&cuda);
    expect_same(&cpu, &cuda, bound, "start");
    for (size_t s = 0; s < t->n + 3 && running(&cpu); s++) {
        step(&cpu);
        step(&cuda);
        look(&cpu);
        look(&cuda);
        expect_same(&cpu, &cuda, bound, "step");
    }
    for (size_t p = 0; p < t->points; p++) {
        const double evaluations = (double)cpu.clocks[p].evaluations;
        /* by how much the secants reduce residuals near 1e-13 is also a matter of rounding: 8 % were seen */
        cr_expect(fabs((double)cuda.clocks[p].evaluations - evaluations) <= 0.15 * evaluations, "%lu evaluations, %lu",
                  cuda.clocks[p].evaluations, cpu.clocks[p].evaluations);
    }
    run_destroy(&cpu);
    run_destroy(&cuda);
}

static const trial step_trials[] = {
    {.N = 16, .m = 1, .points = 1, .n = 16, .degree = 5, .displacements = 1},
    {.N = 20, .m = 2, .points = 4, .n = 20, .degree = 5, .displacements = 2},
    {.N = 33, .m = 3, .points = 2, .n = 16, .degree = 5},
    {.N = 16, .m = 2, .points = 7, .n = 24, .degree = 3, .displacements = 1},
    {.N = 24, .m = 2, .points = 3, .n = 16, .degree = 3, .algorithm = MCT_KERNEL_DIRECT},
    {.N = 16, .m = 3, .points = 2, .n = 28, .degree = 3, .algorithm = MCT_KERNEL_FACTORIZED},
    {.N = 16, .m = 2, .points = 3, .n = 16, .scheme = MCT_TIME_MOMENTS, .displacements = 1},
    {.N = 17, .m = 1, .points = 5, .n = 32, .scheme = MCT_TIME_MOMENTS},
};
enum { STEP_TRIALS = sizeof step_trials / sizeof *step_trials };

ParameterizedTestParameters(cuda_evolution, steps) {
    static trial trials[STEP_TRIALS * ORDERS];
    size_t count = 0;
    for (int i = 0; i < STEP_TRIALS; i++) {
        for (int order = 0; order < ORDERS; order++) {
            if ((i + order) % 3 && order) continue; /* every order with every third trial */
            trials[count] = step_trials[i];
            if (trials[count].algorithm == MCT_KERNEL_AUTO) trials[count].algorithm = MCT_KERNEL_FOURIER;
            trials[count].decades = 9.0;
            trials[count++].order = order;
        }
    }
    return cr_make_param_array(trial, trials, count);
}

ParameterizedTest(trial *t, cuda_evolution, steps) {
    setenv("APMCT_CUDA_HOST_ORDER", orders[t->order], 1);
    check_steps(t);
}

/* ---- to the end ------------------------------------------------------------------------------------------------------ */

static void check_run(const trial *t) {
    run cpu = run_create(&mct_backend_cpu, t, NULL), cuda = run_create(&MCT_CUDA_BACKEND, t, NULL);
    cpu.backend->evolution->start(cpu.evolution);
    cuda.backend->evolution->start(cuda.evolution);
    do {
        look(&cpu);
        look(&cuda);
        expect_same(&cpu, &cuda, bound, "window");
        cpu.backend->evolution->advance(cpu.evolution, cpu.shape.window);
        cuda.backend->evolution->advance(cuda.evolution, cuda.shape.window);
    } while (running(&cpu));
    for (size_t p = 0; p < t->points; p++) cr_expect_lt(cpu.clocks[p].state, MCT_EVOLUTION_NOT_CONVERGED);
    run_destroy(&cpu);
    run_destroy(&cuda);
}

static const trial run_trials[] = {
    {.N = 16, .m = 2, .points = 3, .n = 32, .degree = 5, .displacements = 1, .doublings = 1, .decades = 3.0},
    {.N = 16, .m = 2, .points = 2, .n = 16, .degree = 3, .doublings = 2, .decades = 5.0, .observed = true},
    {.N = 16, .m = 2, .points = 2, .n = 16, .scheme = MCT_TIME_MOMENTS, .doublings = 1, .decades = 3.0},
    {.N = 16, .m = 1, .points = 9, .n = 16, .degree = 3, .decades = 2.0},
    {.N = 16, .m = 2, .points = 2, .n = 16, .scheme = MCT_TIME_MOMENTS, .decades = 6.0, .early = 1e5},
    {.N = 1100, .m = 2, .points = 1, .n = 16, .degree = 3, .displacements = 2, .decades = 0.5},
    {.N = 64, .m = 2, .points = 1, .n = 32, .degree = 5, .displacements = 1, .doublings = 1, .decades = 2.0},
    {.N = 16,
     .m = 3,
     .points = 3,
     .n = 16,
     .degree = 3,
     .algorithm = MCT_KERNEL_FACTORIZED,
     .displacements = 2,
     .doublings = 1,
     .decades = 3.0,
     .observed = true},
};
enum { RUN_TRIALS = sizeof run_trials / sizeof *run_trials };

ParameterizedTestParameters(cuda_evolution, runs) {
    static trial trials[RUN_TRIALS];
    for (int i = 0; i < RUN_TRIALS; i++) {
        trials[i] = run_trials[i];
        if (trials[i].algorithm == MCT_KERNEL_AUTO) trials[i].algorithm = MCT_KERNEL_FOURIER;
        trials[i].order = (i + 1) % ORDERS;
    }
    return cr_make_param_array(trial, trials, RUN_TRIALS);
}

ParameterizedTest(trial *t, cuda_evolution, runs) {
    setenv("APMCT_CUDA_HOST_ORDER", orders[t->order], 1);
    check_run(t);
}
