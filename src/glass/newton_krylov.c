/* newton_krylov.c: Newton's method on F - G(F) = 0, each correction (1 - dG) d = G(F) - F by GMRES. */
#include <math.h>

#include "glass/fixed_point.h"

static void one_minus_derivative(mct_fixed_point *problem, void *user, const double *v, double v_border, double *out,
                                 double *out_border) {
    (void)user, (void)v_border;
    mct_fixed_point_derivative(problem, v, out);
    mct_axpby(problem, 1.0, v, -1.0, out);
    *out_border = 0.0;
}

mct_outcome mct_newton_krylov(mct_fixed_point *problem, double tolerance, unsigned long steps, double *F,
                              double *residual) {
    const mct_operator operator= {.apply = one_minus_derivative};
    double *const correction = problem->basis[MCT_KRYLOV_MAX]; /* the last vector of the longest Krylov space */
    double before = INFINITY;
    for (unsigned long step = 0;; step++) {
        if (mct_fixed_point_stopped(problem)) return MCT_WANDERS;
        *residual = mct_fixed_point_linearise(problem, F);
        if (!isfinite(*residual)) return MCT_BROKEN;
        if (mct_max_norm(problem, F) < MCT_MELTED) return MCT_COLLAPSED;
        if (*residual <= tolerance) return MCT_CONVERGED;
        if (step >= steps || *residual > 2.0 * before) return MCT_WANDERS;
        before = *residual;
        /* as exact as the next residual can profit from: quadratic convergence, and the tolerance */
        const double wanted = fmin(1.0e-2, fmax(1.0e-4, 0.3 * tolerance / *residual));
        double border;
        const double reached = mct_gmres(problem, &operator, problem->residual, 0.0, wanted, correction, &border);
        if (!(reached < 0.5)) return MCT_WANDERS;
        mct_axpby(problem, 1.0, correction, 1.0, F);
        problem->iterations++;
    }
}
