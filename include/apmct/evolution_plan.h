/* evolution_plan.h: what a run in time will cost, which steps, order and tolerance a wanted accuracy needs, and whether its
 * plateau is that of the static equation. */
#ifndef APMCT_EVOLUTION_PLAN_H
#define APMCT_EVOLUTION_PLAN_H

#include "apmct/evolution.h"
#include "apmct/glass.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Costs of one state point that runs until time.until; one that decays or reaches its plateau before costs less. */
typedef struct mct_evolution_cost {
    double start;             /* where the series ends and steps begin, d^2/D0 */
    double decades;           /* from there to time.until */
    double steps_per_decade;  /* once thinning has begun */
    double steps;             /* all */
    size_t memory;            /* bytes, with what the program takes already */
    size_t memory_checkpoint; /* bytes besides while a checkpoint is written, at most */
    double evaluation;        /* s, of the memory kernel, measured */
    double seconds;           /* all */
} mct_evolution_cost;

/* Where the start of a run ends, d^2/D0. */
double mct_evolution_start_time(const mct_time_options *time, const mct_statics *statics);

/* Measures a few evaluations of the kernel.  Errors: as mct_kernel_create. */
mct_status mct_evolution_estimate_cost(mct_context *context, const mct_evolution_options *options, const mct_grid *grid,
                                       const mct_statics *statics, mct_evolution_cost *cost);

/* ---- accuracy ----------------------------------------------------------------------------------------------- */

typedef struct mct_accuracy mct_accuracy;

/* Chooses time.steps_per_block, order and tolerance of `options` for time.accuracy, the relative error of the relaxation
 * times at grid point `observed` (of f where nothing decays): a quick run tells how near the transition is, and it is the
 * companion that the final run is compared with, where its own tolerance allows; else a run with half the steps is.
 * Errors: MCT_ARGUMENT (scheme moments), MCT_MEMORY, MCT_INTERRUPTED, numerical ones of these runs. */
mct_status mct_accuracy_create(mct_context *context, const mct_evolution_options *options, const mct_grid *grid,
                               const mct_statics *statics, size_t observed, mct_accuracy **accuracy);
void mct_accuracy_destroy(mct_accuracy *accuracy);

/* What was chosen, and the evaluations that it cost. */
const mct_time_options *mct_accuracy_time(const mct_accuracy *accuracy);
unsigned long mct_accuracy_evaluations(const mct_accuracy *accuracy);

/* Estimated relative error of a finished run with these options: its difference from the companion over r^(order - 1) -
 * 1, r the ratio of their steps per block, plus what its tolerance may do. */
double mct_accuracy_estimate(const mct_accuracy *accuracy, const mct_evolution *evolution);

/* The options that mct_accuracy_refine would choose. */
mct_time_options mct_accuracy_refined(const mct_accuracy *accuracy);
/* Twice the steps; the finished run becomes the companion. */
void mct_accuracy_refine(mct_accuracy *accuracy, const mct_evolution *evolution);

/* ---- plateau ------------------------------------------------------------------------------------------------- */

/* *deviation = max |Phi - F|/sqrt(S_mm S_nn), F the nonergodicity parameters of `mixture` (glass.h); Phi [species^2][N], the
 * mixture's species first, then any tagged ones, of which nothing is compared.  *evaluations: of the kernel, for F.
 * Errors: as mct_glass_solve. */
mct_status mct_plateau_deviation(mct_context *context, const mct_glass_options *options, const mct_grid *grid,
                                 const mct_mixture *mixture, size_t species, const double *phi, double *deviation,
                                 unsigned long *evaluations);

#ifdef __cplusplus
}
#endif
#endif
