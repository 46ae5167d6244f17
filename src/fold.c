/* fold.c: the fold of the glass branch: where it turns round, the critical point (docs/theory.md).
 *
 * The branch (F(s), phi(s)) is followed with <l, F> = s, which is regular at the fold, and s is sought with
 * dphi/ds = 0.  For one s: Newton on (F - G(F, phi), <l, F> - s), then the tangent, both with the bordered operator
 *   (v, b) -> (v - dG v - b sigma G_phi, <l, v>)
 * by GMRES.  The error of phi is quadratic in that of s, so that only the last s needs all digits. */
#include <math.h>
#include <stdio.h>

#include "fixed_point.h"

enum { LEVELS_MAX = 40, NEWTON_MAX = 12 };

static const double phi_step = 2.0e-5;     /* for the derivative with respect to phi: relative error 1e-8 */
static const double largest_change = 0.15; /* of any f in one step along the branch */
static const double phi_max = 0.98;        /* no branch is followed beyond */

typedef struct branch {
    double *l;              /* the constraint's direction, |l| = 1 */
    double *G_phi;          /* dG/dphi at fixed F */
    double sigma;           /* 1/|G_phi|: makes phi's scale that of F */
    double *tangent, phi_s; /* dF/ds, dphi/ds */
    double *second, phi_ss; /* d^2F/ds^2, d^2phi/ds^2 */
    double *last, last_phi; /* the last state on the branch, and the tangent before */
    double *old_tangent;
    double *step; /* the last Newton correction */
    double *scratch;
} branch;

static void bordered(mct_fixed_point *problem, void *user, const double *v, double v_border, double *out,
                     double *out_border) {
    const branch *b = user;
    mct_fixed_point_derivative(problem, v, out);
    mct_axpby(problem, 1.0, v, -1.0, out);
    mct_axpby(problem, -v_border * b->sigma, b->G_phi, 1.0, out);
    *out_border = mct_dot(problem, b->l, v);
}

/* To another packing fraction with f, not F, unchanged: near a pole of S the peaks of F follow those of S.  All vectors
 * of the branch keep their meaning. */
static mct_status move(mct_fixed_point *problem, const branch *b, double phi, double *F) {
    double *const vectors[] = {F, b->l, b->G_phi, b->tangent, b->second, b->last, b->old_tangent, b->step};
    enum { COUNT = sizeof vectors / sizeof *vectors };
    for (int v = 0; v < COUNT; v++) problem->backend->weigh(problem->state, 0, 1, 0, vectors[v]);
    const mct_status status = mct_fixed_point_move(problem, phi);
    for (int v = 0; v < COUNT; v++) problem->backend->weigh(problem->state, 0, 1, 1, vectors[v]);
    return status;
}

/* G at (f, phi) in the units of F at the present phi, into problem->G. */
static mct_status shifted_step(mct_fixed_point *problem, double phi, double *F) {
    const double here = problem->mixture.packing_fraction;
    problem->backend->weigh(problem->state, 0, 1, 0, F);
    MCT_TRY(mct_fixed_point_move(problem, phi));
    problem->backend->weigh(problem->state, 0, 1, 1, F);
    mct_fixed_point_step(problem, F);
    problem->backend->weigh(problem->state, 0, 1, 0, F);
    problem->backend->weigh(problem->state, 0, 1, 0, problem->G);
    MCT_TRY(mct_fixed_point_move(problem, here));
    problem->backend->weigh(problem->state, 0, 1, 1, F);
    problem->backend->weigh(problem->state, 0, 1, 1, problem->G);
    return MCT_OK;
}

/* dG/dphi at fixed f by central difference. */
static mct_status phi_derivative(mct_fixed_point *problem, branch *b, const double *F) {
    const double phi = problem->mixture.packing_fraction, h = phi_step * (1.0 - phi);
    mct_copy(problem, F, b->scratch);
    for (int sign = -1; sign <= 1; sign += 2) {
        MCT_TRY(shifted_step(problem, phi + sign * h, b->scratch));
        mct_axpby(problem, sign * 0.5 / h, problem->G, sign < 0 ? 0.0 : 1.0, b->G_phi);
    }
    b->sigma = 1.0 / sqrt(mct_dot(problem, b->G_phi, b->G_phi));
    return MCT_OK;
}

static mct_status solve(mct_fixed_point *problem, branch *b, const double *right, double right_border, double tolerance,
                        double *x, double *x_phi) {
    const mct_operator operator= {bordered, b};
    double border;
    const double reached = mct_gmres(problem, &operator, right, right_border, tolerance, x, &border);
    *x_phi = b->sigma * border;
    if (reached < 0.1) return MCT_OK;
    return mct_fail(problem->context, MCT_NOT_CONVERGED,
                    "the fold near packing fraction %.6g: a linear system with "
                    "relative residual %.2g",
                    problem->mixture.packing_fraction, reached);
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
        if (residual <= target) return MCT_OK;
        if (!(residual < before)) break;
        const bool slow = residual > 0.1 * before; /* G_phi is an old one */
        before = residual;
        if (newton == 0 || slow) {
            MCT_TRY(phi_derivative(problem, b, F));
            mct_fixed_point_linearise(problem, F);
        }
        const double wanted = fmin(1.0e-2, fmax(1.0e-5, 0.3 * target / residual));
        MCT_TRY(solve(problem, b, problem->residual, 0.0, wanted, b->step, &phi_change));
        const double phi = problem->mixture.packing_fraction + phi_change;
        if (!(phi > 0.0 && phi < phi_max)) break;
        mct_axpby(problem, 1.0, b->step, 1.0, F);
        MCT_TRY(move(problem, b, phi, F));
    }
    return mct_fail(problem->context, MCT_NOT_CONVERGED,
                    "the glass branch near packing fraction %.6g: Newton's method stops at residual %.2g",
                    problem->mixture.packing_fraction, before);
}

/* The tangent: <l, F_s> = 1. */
static mct_status tangent(mct_fixed_point *problem, branch *b, double tolerance) {
    mct_axpby(problem, 0.0, b->l, 0.0, b->scratch);
    return solve(problem, b, b->scratch, 1.0, tolerance, b->tangent, &b->phi_s);
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
        MCT_TRY(shifted_step(problem, phi + sign * h * b->phi_s, shifted));
        mct_axpby(problem, 1.0 / (h * h), problem->G, 1.0, sum);
    }
    return solve(problem, b, sum, 0.0, 1.0e-3, b->second, &b->phi_ss);
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

/* The step to dphi/ds = 0, no longer than the prediction can be trusted. */
static double step_to_fold(mct_fixed_point *problem, const branch *b) {
    const double phi_change = 0.1 * (1.0 - b->last_phi) / fmax(fabs(b->phi_s), 1.0e-300);
    const double longest = fmin(largest_change / mct_max_norm(problem, b->tangent), phi_change);
    const double ds = b->phi_ss > 0.0 ? -b->phi_s / b->phi_ss : -copysign(longest, b->phi_s);
    return fabs(ds) > longest ? copysign(longest, ds) : ds;
}

/* From the last state of the branch to the next: predicted, corrected; ds is halved until that works. */
static mct_status advance(mct_fixed_point *problem, branch *b, double ds, double target, double *F) {
    mct_status status = MCT_NOT_CONVERGED;
    for (int attempt = 0; attempt < 6 && status == MCT_NOT_CONVERGED; attempt++, ds *= 0.4) {
        MCT_TRY(predict(problem, b, ds, F));
        status = correct(problem, b, target, F);
        if (mct_fixed_point_stopped(problem)) break;
    }
    return status;
}

mct_status mct_fold(mct_fixed_point *problem, double tolerance, double *F, const double **tangent_out,
                    double *curvature_out) {
    branch b = {.l = problem->work[0],
                .G_phi = problem->work[1],
                .tangent = problem->work[2],
                .second = problem->work[3],
                .scratch = problem->work[4],
                .last = problem->work[5],
                .old_tangent = problem->work[6],
                .step = problem->basis[MCT_KRYLOV_MAX]};
    double s = 0.0, target = 1.0e-5;
    for (int v = 0; v < MCT_WORK - 1; v++) mct_axpby(problem, 0.0, F, 0.0, problem->work[v]);
    /* after some plain iterations their change is the critical direction, in which the branch runs at the fold */
    if (!isfinite(mct_fixed_point_step(problem, F))) {
        return mct_fail(problem->context, MCT_NON_FINITE, "packing fraction %.6g: F is not finite",
                        problem->mixture.packing_fraction);
    }
    mct_axpby(problem, -1.0 / sqrt(mct_dot(problem, problem->residual, problem->residual)), problem->residual, 0.0,
              b.l);
    MCT_TRY(correct(problem, &b, target, F));
    for (int level = 0; level < LEVELS_MAX; level++) {
        const double old_phi_s = b.phi_s, old_s = s;
        s = mct_dot(problem, b.l, F);
        if (level) mct_copy(problem, b.tangent, b.old_tangent);
        MCT_TRY(tangent(problem, &b, fmax(1.0e-7, fmin(1.0e-3, 1.0e3 * target))));
        if (level == 0) {
            MCT_TRY(curvature(problem, &b, F));
        } else { /* secant: from the last two tangents */
            b.phi_ss = (b.phi_s - old_phi_s) / (s - old_s);
            mct_axpby(problem, 1.0 / (s - old_s), b.tangent, 0.0, b.second);
            mct_axpby(problem, -1.0 / (s - old_s), b.old_tangent, 1.0, b.second);
        }
        b.last_phi = problem->mixture.packing_fraction;
        mct_copy(problem, F, b.last);
        const double ds = step_to_fold(problem, &b);
        /* how far phi is above its minimum; the prediction is exact to third order in ds */
        const double above = fabs(0.5 * ds * b.phi_s);
        if (above <= 1.0e3 * tolerance * b.last_phi && target <= 0.1 * tolerance && b.phi_ss > 0.0) {
            *tangent_out = b.tangent;
            *curvature_out = b.phi_ss;
            return predict(problem, &b, ds, F);
        }
        target = fmin(1.0e-5, fmax(0.1 * tolerance, 1.0e-3 * above));
        MCT_TRY(advance(problem, &b, ds, target, F));
    }
    return mct_fail(problem->context, MCT_NOT_CONVERGED, "no fold of the glass branch found near packing fraction %.6g",
                    problem->mixture.packing_fraction);
}

/* --- from nothing -------------------------------------------------------------------------------------------- */

typedef enum verdict { ARRESTED, ARRESTED_NEAR, MELTED } verdict;

static const double slow = 0.85;   /* this ratio of residuals is the leading eigenvalue near the fold */
static const double window = 1.04; /* glass and fluid this close: the branch is followed from there */

/* Plain iteration until the residual is small (arrested; near the fold when it falls slowly) or f has gone. */
static mct_status judge(mct_fixed_point *problem, double *F, verdict *result) {
    double before = INFINITY;
    mct_fixed_point_start(problem, F);
    for (int step = 0; step < 60 && !mct_fixed_point_stopped(problem); step++) {
        const double residual = mct_fixed_point_step(problem, F);
        if (!isfinite(residual)) {
            return mct_fail(problem->context, MCT_NON_FINITE, "packing fraction %.6g: F is not finite",
                            problem->mixture.packing_fraction);
        }
        *result = residual > slow * before ? ARRESTED_NEAR : ARRESTED;
        if (residual < 5.0e-3 && step > 3) return MCT_OK;
        *result = MELTED;
        if (mct_max_norm(problem, problem->G) < 0.1 || (residual > 1.02 * before && step > 8)) return MCT_OK;
        before = residual;
        mct_copy(problem, problem->G, F);
        problem->iterations++;
    }
    return MCT_OK;
}

/* An F near the fold, starting at the packing fraction of the problem. */
static mct_status approach(mct_fixed_point *problem, double *F) {
    double fluid = 0.0, glass = 1.0, phi = problem->mixture.packing_fraction;
    while (phi > 0.01 && phi < phi_max && !mct_fixed_point_stopped(problem)) {
        verdict result = MELTED;
        MCT_TRY(mct_fixed_point_move(problem, phi));
        MCT_TRY(judge(problem, F, &result));
        if (result == ARRESTED_NEAR) return MCT_OK;
        if (result == ARRESTED) glass = phi;
        if (result == MELTED) fluid = phi;
        if (result == ARRESTED && glass < window * fluid) return MCT_OK;
        if (glass < window * fluid) {
            phi = glass; /* the last judgement was at the fluid end */
        } else if (glass == 1.0) {
            phi += 0.2 * (1.0 - phi) * phi;
        } else {
            phi = fluid > 0.0 ? 0.5 * (fluid + glass) : 0.95 * phi;
        }
    }
    return mct_fail(problem->context, MCT_NOT_CONVERGED,
                    "no transition found: the last state is fluid at packing fraction %.4g, glass at %.4g", fluid,
                    glass);
}

mct_status mct_fold_search(mct_fixed_point *problem, double tolerance, double *F) {
    double *const start = problem->work[MCT_WORK - 1];
    const double *tangent;
    double curvature, residual;
    mct_status status = MCT_NOT_CONVERGED;
    for (int attempt = 0; attempt < 4 && status == MCT_NOT_CONVERGED; attempt++) {
        MCT_TRY(approach(problem, F));
        const double phi = problem->mixture.packing_fraction;
        mct_copy(problem, F, start);
        status = mct_fold(problem, tolerance, F, &tangent, &curvature);
        if (status != MCT_NOT_CONVERGED || mct_fixed_point_stopped(problem)) break;
        /* too far from the branch: onto it at the same packing fraction, if it is there */
        MCT_TRY(mct_fixed_point_move(problem, phi));
        mct_copy(problem, start, F);
        if (mct_anderson(problem, 1.0e-6, 60, F, &residual) == MCT_CONVERGED) {
            status = mct_fold(problem, tolerance, F, &tangent, &curvature);
            if (status != MCT_NOT_CONVERGED || mct_fixed_point_stopped(problem)) break;
        }
        MCT_TRY(mct_fixed_point_move(problem, phi + 0.1 * (1.0 - phi) * phi));
    }
    return status;
}
