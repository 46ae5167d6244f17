/* fold.c: following the glass branch to its fold, where it turns round: the critical point (docs/theory.md).
 *
 * The branch (F(s), phi(s)) is followed with <l, F> = s, which is regular at the fold, and s is sought with
 * dphi/ds = 0.  For one s: Newton on (F - G(F, phi), <l, F> - s), then the tangent, both with the bordered operator of
 * bordered.c.  The error of phi is quadratic in that of s, so that only the last s needs all digits. */
#include "glass/fold.h"

#include <math.h>

enum { LEVELS_MAX = 20, NEWTON_MAX = 8, ATTEMPTS = 4 };

static const double phi_max = MCT_CRITICAL_PACKING_FRACTION_MAX;
static const double largest_change = 0.15;  /* of any f in one step along the branch */
static const double secant_change = 1.0e-4; /* less of it between two states tells nothing about the curvature */
static const double on_branch = 1.0e-3;     /* residual that is enough far from the fold */
static const double G_phi_reach = 3.0e-4;   /* G_phi is good for a change of phi of this times 1 - phi */

typedef struct branch {
    mct_bordered border;
    double *tangent, phi_s; /* dF/ds, dphi/ds */
    double *second, phi_ss; /* d^2F/ds^2, d^2phi/ds^2 */
    double *last, last_phi; /* the last state on the branch, and the tangent before */
    double *old_tangent;
    double *step; /* the last Newton correction */
    double *scratch;
} branch;

/* To another packing fraction with f, not F, unchanged: near a pole of S the peaks of F follow those of S.  All vectors
 * of the branch keep their meaning. */
static mct_status move(mct_fixed_point *problem, const branch *b, double phi, double *F) {
    double *const vectors[] = {F,         b->border.l, b->border.G_phi, b->tangent,
                               b->second, b->last,     b->old_tangent,  b->step};
    enum { COUNT = sizeof vectors / sizeof *vectors };
    mct_status status = MCT_OK;
    for (int inverse = 0; inverse < 2 && status == MCT_OK; inverse++) {
        if (inverse) status = mct_fixed_point_move(problem, phi);
        for (int v = 0; v < COUNT; v++) problem->backend->weigh(problem->state, 0, 1, inverse, vectors[v]);
    }
    return status;
}

/* G_phi where it is not known well enough; the linearisation stays that at F. */
static mct_status prepare(mct_fixed_point *problem, branch *b, double *F, bool always) {
    const double phi = problem->mixture.packing_fraction;
    if (!always && fabs(phi - b->border.at) < G_phi_reach * (1.0 - phi)) return MCT_OK;
    MCT_TRY(mct_bordered_prepare(problem, &b->border, F, b->scratch));
    mct_fixed_point_linearise(problem, F);
    return MCT_OK;
}

/* Newton across the direction l until the residual is below `target`; the last linearisation is at the F returned.
 * Corrections that make things worse are shortened.  (s comes out a little off what GMRES was asked for; it is only a
 * parameter.)  MCT_NOT_CONVERGED: start nearer. */
static mct_status correct(mct_fixed_point *problem, branch *b, double target, double *F) {
    double before = INFINITY, phi_change = 0.0, length = 1.0;
    for (int newton = 0; newton < NEWTON_MAX; newton++) {
        double residual = mct_fixed_point_linearise(problem, F);
        for (length = 1.0; newton && !(residual < before) && length > 0.1; length *= 0.5) {
            /* rounding: no progress any more, far below what a fold needs */
            if (residual < 1.0e-10) return MCT_OK;
            mct_axpby(problem, -0.5 * length, b->step, 1.0, F);
            MCT_TRY(move(problem, b, problem->mixture.packing_fraction - 0.5 * length * phi_change, F));
            residual = mct_fixed_point_linearise(problem, F);
        }
        if (residual <= target) return prepare(problem, b, F, false);
        if (!(residual < before)) break;
        MCT_TRY(prepare(problem, b, F, residual > 0.1 * before && newton > 0));
        before = residual;
        const double wanted = fmin(1.0e-2, fmax(1.0e-5, 0.3 * target / residual));
        MCT_TRY(mct_bordered_solve(problem, &b->border, false, problem->residual, 0.0, false, wanted, b->scratch,
                                   b->step, &phi_change));
        const double phi = problem->mixture.packing_fraction + phi_change;
        if (!(phi > 0.0 && phi < phi_max)) break;
        mct_axpby(problem, 1.0, b->step, 1.0, F);
        MCT_TRY(move(problem, b, phi, F));
    }
    return mct_fail(problem->context, MCT_NOT_CONVERGED,
                    "the glass branch near packing fraction %.6g: Newton's method stops at residual %.2g",
                    problem->mixture.packing_fraction, before);
}

/* The tangent: <l, F_s> = 1.  guess: the last one is near. */
static mct_status tangent(mct_fixed_point *problem, branch *b, bool guess, double tolerance) {
    mct_axpby(problem, 0.0, b->border.l, 0.0, b->scratch);
    return mct_bordered_solve(problem, &b->border, false, b->scratch, 1.0, guess, tolerance, b->scratch, b->tangent,
                              &b->phi_s);
}

/* d^2/ds^2 from G's second difference along the tangent. */
static mct_status curvature(mct_fixed_point *problem, branch *b, const double *F) {
    const double phi = problem->mixture.packing_fraction;
    const double h = 1.0e-2 / fmax(mct_max_norm(problem, b->tangent), fabs(b->phi_s) / (1.0 - phi));
    double *const shifted = problem->basis[0], *const sum = b->scratch;
    mct_axpby(problem, -2.0 / (h * h), problem->G, 0.0, sum);
    for (int sign = -1; sign <= 1; sign += 2) {
        mct_copy(problem, F, shifted);
        mct_axpby(problem, sign * h, b->tangent, 1.0, shifted);
        MCT_TRY(mct_step_at(problem, phi + sign * h * b->phi_s, shifted));
        mct_axpby(problem, 1.0 / (h * h), problem->G, 1.0, sum);
    }
    return mct_bordered_solve(problem, &b->border, false, sum, 0.0, false, 1.0e-3, sum, b->second, &b->phi_ss);
}

/* F = F(s) + F_s ds + F_ss ds^2/2 from the state (last, last_phi), phi likewise. */
static mct_status predict(mct_fixed_point *problem, const branch *b, double ds, double *F) {
    mct_copy(problem, b->last, F);
    mct_axpby(problem, ds, b->tangent, 1.0, F);
    mct_axpby(problem, 0.5 * ds * ds, b->second, 1.0, F);
    const double phi = b->last_phi + ds * (b->phi_s + 0.5 * ds * b->phi_ss);
    if (phi > 0.0 && phi < phi_max) return move(problem, b, phi, F);
    return mct_fail(problem->context, MCT_NOT_CONVERGED, "the glass branch leaves the packing fractions below %g",
                    phi_max);
}

/* The step to dphi/ds = 0, no longer than the prediction can be trusted (*clipped). */
static double step_to_fold(mct_fixed_point *problem, const branch *b, bool *clipped) {
    const double phi_change = 0.1 * (1.0 - b->last_phi) / fmax(fabs(b->phi_s), 1.0e-300);
    const double longest = fmin(largest_change / mct_max_norm(problem, b->tangent), phi_change);
    const double ds = b->phi_ss > 0.0 ? -b->phi_s / b->phi_ss : -copysign(INFINITY, b->phi_s);
    *clipped = !(fabs(ds) <= longest);
    return *clipped ? copysign(longest, ds) : ds;
}

/* From the last state of the branch to the next: predicted, corrected; ds is shortened until that works. */
static mct_status advance(mct_fixed_point *problem, branch *b, double ds, double target, double *F) {
    mct_status status = MCT_NOT_CONVERGED;
    for (int attempt = 0; attempt < ATTEMPTS && status == MCT_NOT_CONVERGED; attempt++, ds *= 0.4) {
        MCT_TRY(predict(problem, b, ds, F));
        status = correct(problem, b, target, F);
        if (mct_fixed_point_stopped(problem)) break;
    }
    return status;
}

/* s from now on along the tangent: l must not become perpendicular to the branch.  Returns s of the last state. */
static double turn(mct_fixed_point *problem, branch *b) {
    const double norm = sqrt(mct_dot(problem, b->tangent, b->tangent));
    mct_axpby(problem, 1.0 / norm, b->tangent, 0.0, b->border.l);
    mct_axpby(problem, 0.0, b->tangent, 1.0 / norm, b->tangent);
    mct_axpby(problem, 0.0, b->second, 1.0 / (norm * norm), b->second);
    b->phi_s /= norm;
    b->phi_ss /= norm * norm;
    return mct_dot(problem, b->border.l, b->last);
}

/* d^2/ds^2 by secant, from the tangents here and at the last state, ds away; between states that are too near what was
 * known stays. */
static void secant(mct_fixed_point *problem, branch *b, double old_phi_s, double ds) {
    if (!(fabs(ds) * mct_max_norm(problem, b->tangent) > secant_change)) return;
    b->phi_ss = (b->phi_s - old_phi_s) / ds;
    mct_axpby(problem, 1.0 / ds, b->tangent, 0.0, b->second);
    mct_axpby(problem, -1.0 / ds, b->old_tangent, 1.0, b->second);
}

/* The direction l: the guess, or the change of F in a plain iteration, which after some of them is the critical
 * direction, in which the branch runs at the fold. */
static mct_status begin(mct_fixed_point *problem, branch *b, const mct_fold_guess *guess, const double *F) {
    *b = (branch){.border = {problem->work[0], problem->work[1], NAN, NAN},
                  .tangent = problem->work[2],
                  .second = problem->work[3],
                  .scratch = problem->work[4],
                  .last = problem->work[5],
                  .old_tangent = problem->work[6],
                  .step = problem->basis[MCT_KRYLOV_MAX]};
    for (int v = 0; v < MCT_WORK - 1; v++) mct_axpby(problem, 0.0, F, 0.0, problem->work[v]);
    mct_axpby(problem, 0.0, F, 0.0, b->step);
    if (guess) {
        mct_copy(problem, guess->direction, b->border.l);
        mct_copy(problem, guess->direction, b->tangent);
        return MCT_OK;
    }
    if (!isfinite(mct_fixed_point_step(problem, F))) {
        return mct_fail(problem->context, MCT_NON_FINITE, "packing fraction %.6g: F is not finite",
                        problem->mixture.packing_fraction);
    }
    const double norm = sqrt(mct_dot(problem, problem->residual, problem->residual));
    mct_axpby(problem, -1.0 / norm, problem->residual, 0.0, b->border.l);
    return MCT_OK;
}

mct_status mct_fold_follow(mct_fixed_point *problem, double tolerance, const mct_fold_guess *guess, double *F,
                           mct_fold *fold) {
    branch b;
    double old_phi_s = 0.0, old_s = 0.0, target = on_branch;
    bool clipped = false;
    MCT_TRY(begin(problem, &b, guess, F));
    MCT_TRY(correct(problem, &b, target, F));
    for (int level = 0; level < LEVELS_MAX; level++) {
        const double s = mct_dot(problem, b.border.l, F);
        if (level) mct_copy(problem, b.tangent, b.old_tangent);
        MCT_TRY(tangent(problem, &b, level || guess, fmax(1.0e-9, fmin(1.0e-3, 1.0e2 * target))));
        if (level) {
            secant(problem, &b, old_phi_s, s - old_s);
        } else if (guess && guess->curvature > 0.0) {
            b.phi_ss = guess->curvature;
        } else {
            MCT_TRY(curvature(problem, &b, F));
        }
        b.last_phi = problem->mixture.packing_fraction;
        mct_copy(problem, F, b.last);
        const double ds = step_to_fold(problem, &b, &clipped);
        /* how far phi is above its minimum; the prediction is exact to third order in ds */
        const double above = fabs(0.5 * ds * b.phi_s);
        /* F_c and its eigenvectors are first order in s, phi second */
        const bool near = fabs(ds) * mct_max_norm(problem, b.tangent) <= 0.3 * sqrt(tolerance);
        if (near && above <= tolerance * b.last_phi && target <= tolerance && b.phi_ss > 0.0) {
            *fold = (mct_fold){b.border, b.tangent, b.phi_ss};
            return predict(problem, &b, ds, F);
        }
        target = clipped ? on_branch : fmin(1.0e-5, fmax(tolerance, 1.0e-3 * above));
        if (clipped) mct_recycled_clear(&problem->recycled); /* F changes too much */
        MCT_TRY(advance(problem, &b, ds, target, F));
        old_s = turn(problem, &b);
        old_phi_s = b.phi_s;
    }
    return mct_fail(problem->context, MCT_NOT_CONVERGED, "no fold of the glass branch found near packing fraction %.6g",
                    problem->mixture.packing_fraction);
}
