/* shares.c: what of a run in time goes into its history: the operations of the backend one by one, with a clock. */
#include <stddef.h>

#include "bench.h"
#include "evolution_internal.h"

/* One run at a time. */
static const mct_evolution_operations *operations;
static double in_history;

static void timed(void (*operation)(void *), void *state) {
    const double start = bench_now();
    operation(state);
    in_history += bench_now() - start;
}

static void history(void *state) {
    timed(operations->history, state);
}

static void decimate(void *state) {
    timed(operations->decimate, state);
}

double bench_history_seconds(mct_evolution *evolution, mct_status *status) {
    static mct_evolution_operations with_clock;
    operations = evolution->operations;
    with_clock = *operations;
    with_clock.history = history;
    with_clock.decimate = decimate;
    with_clock.advance = NULL;
    in_history = 0.0;
    evolution->operations = &with_clock;
    *status = mct_evolution_run(evolution);
    evolution->operations = operations;
    return in_history;
}
