/* fold_judge.c: what plain iteration ends at, and whether a fold is the transition: the judgements that searches go
 * by. */
#include <math.h>

#include "glass/fold.h"

enum { STEPS_MAX = 60, SETTLING_STEPS = 150, MELTING_STEPS = 400, GHOST_TURNS = 4 };

static const double slow = 0.85;      /* this ratio of residuals is the leading eigenvalue near the fold */
static const double stays = 0.93;     /* above this one it is hardly falling, */
static const double ghost = 2.0e-2;   /* and below this residual the fold is near, on whichever side */
static const double certain = 1.0e-6; /* residual of a glass */
static const double creeping = 0.1, longest = 16.0, stride = 0.05; /* of long steps: see mct_fold_judge */
static const double gone = 0.1;                                    /* no f is larger: fluid */
/* the state this far below the fold, times 1 - phi, must be fluid; the ghost is left by a push of f of this size */
static const double below = 1.0e-6, push = 0.05;
/* ... and, this far below, what plain iteration from F = S reaches */
static const double well_below = 1.0e-2;

mct_status mct_fold_judge(mct_fixed_point *problem, bool hasty, double small, double *F, int *steps,
                          mct_phase *result) {
    const int steps_max = hasty ? STEPS_MAX : MELTING_STEPS;
    double before = INFINITY, ratio = 0.0;
    *result = MCT_PHASE_FLUID;
    for (int step = 0; step < steps_max && !mct_fixed_point_stopped(problem); step++) {
        const double residual = mct_fixed_point_step(problem, F);
        ratio = residual / before;
        *steps = step + 1;
        if (!isfinite(residual)) {
            return mct_fail(problem->context, MCT_NON_FINITE, "packing fraction %.6g: F is not finite",
                            problem->mixture.packing_fraction);
        }
        if (mct_max_norm(problem, problem->G) < gone) return MCT_OK;
        if (residual < small && step > 3 && ratio < 1.0) {
            *result = ratio > slow ? MCT_PHASE_GLASS_NEAR : MCT_PHASE_GLASS;
            return MCT_OK;
        }
        if (hasty && step > 8 && ratio > 1.02) return MCT_OK;
        if (hasty && step > 12 && residual < ghost && ratio > stays) {
            *result = MCT_PHASE_GHOST;
            return MCT_OK;
        }
        if (!hasty && step > SETTLING_STEPS && residual > ghost) {
            *result = MCT_PHASE_UNSETTLED;
            return MCT_OK;
        }
        /* along the critical direction F creeps: a long step, then plain ones for the others to settle */
        const bool creeps = !hasty && step % 4 == 3 && fabs(ratio - 1.0) < creeping;
        const double length = creeps ? fmax(1.0, fmin(longest, stride / residual)) : 1.0;
        before = residual;
        mct_axpby(problem, length, problem->residual, 1.0, F);
        problem->iterations++;
    }
    /* out of steps, and f has not gone: no fluid, unless by the first signs */
    if (!hasty) {
        *result = MCT_PHASE_GHOST;
    } else if (ratio < 1.0) {
        *result = MCT_PHASE_GLASS_NEAR;
    }
    return MCT_OK;
}

mct_status mct_fold_melts(mct_fixed_point *problem, double *F, bool *melts) {
    mct_phase result = MCT_PHASE_GHOST;
    int steps;
    for (int turn = 0; turn < GHOST_TURNS && result == MCT_PHASE_GHOST; turn++) {
        MCT_TRY(mct_fold_judge(problem, false, certain, F, &steps, &result));
    }
    *melts = result <= MCT_PHASE_GHOST; /* a glass would have settled */
    return MCT_OK;
}

mct_status mct_fold_is_transition(mct_fixed_point *problem, const mct_fold *fold, const double *F, bool *is) {
    const double phi = problem->mixture.packing_fraction;
    double *const x = problem->work[MCT_WORK - 1];
    const double sign = mct_dot(problem, F, fold->tangent) < 0.0 ? -1.0 : 1.0;
    mct_copy(problem, F, x);
    mct_axpby(problem, -sign * push / mct_max_norm(problem, fold->tangent), fold->tangent, 1.0, x);
    problem->backend->weigh(problem->state, 0, 1, 0, x);
    MCT_TRY(mct_fixed_point_move(problem, phi - below * (1.0 - phi)));
    problem->backend->weigh(problem->state, 0, 1, 1, x);
    MCT_TRY(mct_fold_melts(problem, x, is));
    return mct_fixed_point_move(problem, phi);
}

mct_status mct_fold_is_reached(mct_fixed_point *problem, const mct_fold *fold, const double *F, double *kept,
                               double *lower, bool *is) {
    const double phi = problem->mixture.packing_fraction;
    *lower = phi - below * (1.0 - phi);
    MCT_TRY(mct_fold_is_transition(problem, fold, F, is));
    if (!*is) return MCT_OK;
    *lower = phi - well_below * (1.0 - phi);
    MCT_TRY(mct_fixed_point_move(problem, *lower));
    mct_fixed_point_start(problem, kept);
    MCT_TRY(mct_fold_melts(problem, kept, is));
    return mct_fixed_point_move(problem, phi);
}
