/* krylov.c: Arnoldi's decomposition and GMRES in the metric of f, with an optional border entry and, on the right, an
 * optional preconditioner of recycled spaces
 * (Y. Saad and M. H. Schultz, SIAM J. Sci. Stat. Comput. 7, 856 (1986)). */
#include <math.h>

#include "glass/fixed_point.h"

static double inner(const mct_fixed_point *problem, const double *x, double x_border, const double *y,
                    double y_border) {
    return mct_dot(problem, x, y) + x_border * y_border;
}

double mct_krylov_begin(mct_fixed_point *problem, mct_krylov *krylov, const double *v, double border) {
    krylov->size = 0;
    krylov->border[0] = 0.0;
    const double norm = sqrt(inner(problem, v, border, v, border));
    if (!(norm > 0.0) || !isfinite(norm)) return 0.0;
    mct_axpby(problem, 1.0 / norm, v, 0.0, problem->basis[0]);
    krylov->border[0] = border / norm;
    return norm;
}

bool mct_krylov_extend(mct_fixed_point *problem, const mct_operator *operator, mct_krylov * krylov) {
    const int k = krylov->size;
    if (k >= MCT_KRYLOV_MAX || mct_fixed_point_stopped(problem)) return false;
    double *const w = problem->basis[k + 1];
    double border = 0.0;
    const double *v = problem->basis[k];
    double v_border = krylov->border[k];
    if (operator->recycled && operator->recycled->stages> 0) {
        mct_copy(problem, v, problem->preconditioned);
        mct_recycled_apply(problem, operator->recycled, operator->transposed, problem->preconditioned, &v_border);
        v = problem->preconditioned;
    }
    operator->apply(problem, operator->user, v, v_border, w, &border);
    for (int i = 0; i <= k; i++) krylov->H[i][k] = 0.0;
    const double before = sqrt(inner(problem, w, border, w, border));
    for (int pass = 0; pass < 2; pass++) { /* twice is enough: orthogonal to rounding */
        for (int i = 0; i <= k; i++) {
            const double h = inner(problem, problem->basis[i], krylov->border[i], w, border);
            krylov->H[i][k] += h;
            mct_axpby(problem, -h, problem->basis[i], 1.0, w);
            border -= h * krylov->border[i];
        }
        if (inner(problem, w, border, w, border) > 0.01 * before * before) break;
    }
    const double norm = sqrt(inner(problem, w, border, w, border));
    krylov->H[k + 1][k] = norm;
    if (!isfinite(norm)) return false;
    krylov->size = k + 1;
    if (!(norm > 1.0e-14 * before)) return false;
    mct_axpby(problem, 0.0, w, 1.0 / norm, w);
    krylov->border[k + 1] = border / norm;
    return true;
}

double mct_gmres(mct_fixed_point *problem, const mct_operator *operator, const double * b, double b_border,
                 double tolerance, double *x, double *x_border) {
    mct_krylov krylov;
    double cosine[MCT_KRYLOV_MAX], sine[MCT_KRYLOV_MAX], g[MCT_KRYLOV_MAX + 1], y[MCT_KRYLOV_MAX];
    double R[MCT_KRYLOV_MAX][MCT_KRYLOV_MAX];
    double border = 0.0, residual = 1.0;
    const double norm = mct_krylov_begin(problem, &krylov, b, b_border);
    *x_border = 0.0;
    if (norm == 0.0) {
        mct_copy(problem, b, x);
        return isfinite(mct_max_norm(problem, b)) ? 0.0 : (double)NAN;
    }
    g[0] = norm;
    int size = 0;
    for (bool more = true; more && residual > tolerance && size < MCT_KRYLOV_MAX;) {
        const int k = size;
        more = mct_krylov_extend(problem, operator, & krylov);
        if (krylov.size == k) return (double)NAN; /* not finite, or stopped */
        for (int i = 0; i <= k; i++) R[i][k] = krylov.H[i][k];
        double next = krylov.H[k + 1][k];
        for (int i = 0; i < k; i++) { /* earlier rotations */
            const double upper = cosine[i] * R[i][k] + sine[i] * R[i + 1][k];
            R[i + 1][k] = -sine[i] * R[i][k] + cosine[i] * R[i + 1][k];
            R[i][k] = upper;
        }
        const double length = hypot(R[k][k], next);
        if (!(length > 0.0)) break;
        cosine[k] = R[k][k] / length;
        sine[k] = next / length;
        R[k][k] = length;
        g[k + 1] = -sine[k] * g[k];
        g[k] = cosine[k] * g[k];
        residual = fabs(g[k + 1]) / norm;
        size = k + 1;
    }
    for (int i = size - 1; i >= 0; i--) {
        y[i] = g[i];
        for (int j = i + 1; j < size; j++) y[i] -= R[i][j] * y[j];
        y[i] /= R[i][i];
    }
    for (int i = 0; i < size; i++) { /* x may be the last basis vector, which is not in the sum */
        mct_axpby(problem, y[i], problem->basis[i], i ? 1.0 : 0.0, x);
        border += y[i] * krylov.border[i];
    }
    *x_border = border;
    if (operator->recycled) {
        mct_recycled_apply(problem, operator->recycled, operator->transposed, x, x_border);
        if (!mct_recycled_helps(operator->recycled, size)) {
            mct_recycled_clear(operator->recycled);
        } else if (!operator->transposed) {
            mct_recycled_keep(problem, &krylov, operator->recycled);
        }
    }
    return residual;
}
