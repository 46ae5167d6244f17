/* The evolution in time of the CUDA backend on the host: in windows, with checkpoints, by one block, and where it fails. */
#include "evolution_run.h"

static const trial small = {.N = 16,
                            .m = 2,
                            .points = 3,
                            .n = 16,
                            .degree = 5,
                            .algorithm = MCT_KERNEL_FOURIER,
                            .displacements = 1,
                            .decades = 9.0};

/* How the other run goes: operation by operation, or in windows of one step. */
typedef enum manner { BY_OPERATIONS, BY_STEPS } manner;

/* Windows that end anywhere, also within a tile, are the steps one after the other; so is a run that goes on from what another
 * one has saved. */
static void check_windows(const trial *t, size_t longest, manner other_goes, double allowed) {
    run one = run_create(&MCT_CUDA_BACKEND, t, NULL), other = run_create(&MCT_CUDA_BACKEND, t, NULL);
    const mct_evolution_operations *const o = one.backend->evolution;
    o->start(one.evolution);
    o->start(other.evolution);
    for (size_t steps = 1; steps <= longest; steps++) {
        look(&one);
        look(&other);
        expect_same(&one, &other, allowed, "window");
        o->advance(one.evolution, steps);
        for (size_t s = 0; s < steps; s++) {
            if (other_goes == BY_STEPS) {
                o->advance(other.evolution, 1);
            } else {
                step(&other);
            }
        }
        run resumed = run_create(&MCT_CUDA_BACKEND, t, NULL);
        look(&one);
        for (size_t p = 0; p < t->points; p++) {
            char *state = malloc(o->state_size(one.evolution, &one.clocks[p]) + 1);
            cr_assert_not_null(state);
            o->save(one.evolution, p, state + 1); /* anywhere in memory */
            o->restore(resumed.evolution, p, state + 1);
            free(state);
        }
        look(&other);
        expect_same(&one, &other, allowed, "window");
        run_destroy(&one);
        one = resumed;
    }
    run_destroy(&one);
    run_destroy(&other);
}

Test(cuda_evolution, windows_and_checkpoints_change_nothing) {
    check_windows(&small, 9, BY_OPERATIONS, 0.0);
}

/* While n may double a state has moments of single cells; n = 20: cuts that are no whole tiles apart. */
Test(cuda_evolution, a_checkpoint_of_single_cells_changes_nothing) {
    trial t = small;
    t.doublings = 1;
    t.n = 20;
    check_windows(&t, 5, BY_OPERATIONS, 0.0);
}

/* The same where one block of threads makes all steps of a point, up to the rounding of sums that it makes in another order
 * (steps converge to 1e-13); 130: two chunks of wave numbers, to the next block. */
Test(cuda_evolution, a_block_makes_the_steps_that_the_grid_makes) {
    trial t = small;
    t.algorithm = MCT_KERNEL_FACTORIZED;
    for (int order = 0; order < ORDERS; order++) {
        setenv("APMCT_CUDA_HOST_ORDER", orders[order], 1);
        t.scheme = order == 1 ? MCT_TIME_MOMENTS : MCT_TIME_LEGENDRE;
        t.degree = order == 2 ? 3 : 5;
        check_windows(&t, 4, BY_STEPS, 0.0); /* with n = 16 a block ends after 8 steps */
        if (order == 0) check_windows(&t, 3, BY_OPERATIONS, 1e-12);
    }
    t.N = 130, t.m = 1, t.points = 1, t.displacements = 0;
    check_windows(&t, 4, BY_STEPS, 0.0);
}

/* Windows until a point fails. */
static void run_into(run *r) {
    const mct_evolution_operations *const o = r->backend->evolution;
    o->start(r->evolution);
    look(r);
    for (int window = 0; window < 8 && running(r) == r->shape.points; window++) {
        o->advance(r->evolution, r->shape.window);
        look(r);
    }
}

Test(cuda_evolution, a_point_that_fails_says_where_and_leaves_the_others_alone) {
    const fault faults[] = {{.not_a_number = true}, {.one_evaluation = true}};
    const size_t n = 4 * small.N;
    run good = run_create(&MCT_CUDA_BACKEND, &small, NULL);
    good.backend->evolution->start(good.evolution);
    look(&good);
    good.backend->evolution->advance(good.evolution, good.shape.window);
    look(&good);
    for (int f = 0; f < 2; f++) {
        run cpu = run_create(&mct_backend_cpu, &small, &faults[f]);
        run cuda = run_create(&MCT_CUDA_BACKEND, &small, &faults[f]);
        run_into(&cpu);
        run_into(&cuda);
        cr_expect_eq(cuda.clocks[0].state, f ? MCT_EVOLUTION_NOT_CONVERGED : MCT_EVOLUTION_NON_FINITE);
        for (size_t p = 0; p < small.points; p++) {
            cr_expect_eq(cuda.clocks[p].state, cpu.clocks[p].state);
            cr_expect_eq(cuda.clocks[p].worst, cpu.clocks[p].worst);
            cr_expect_eq(cuda.clocks[p].rows, cpu.clocks[p].rows);
            const size_t at = p * cuda.shape.window * n;
            if (f || p == 0) continue;
            cr_expect_eq(cuda.clocks[p].state, MCT_EVOLUTION_RUNNING);
            cr_expect_eq(memcmp(cuda.phi + at, good.phi + at, good.clocks[p].rows * n * sizeof(double)), 0);
        }
        run_destroy(&cpu);
        run_destroy(&cuda);
    }
    run_destroy(&good);
}
