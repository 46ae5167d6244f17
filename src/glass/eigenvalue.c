/* eigenvalue.c: the leading eigenvalue of dG, which tells the branches apart: below 1 on the physical branch (plain
 * iteration is stable there), above 1 on the other side of the fold.  Arnoldi, as far as the distance from 1 needs. */
#include <math.h>

#include "glass/fixed_point.h"

enum { SIZE_MAX_ARNOLDI = 30, SMALL_ITERATIONS = 1000 };

/* The estimated error may be this fraction of the distance from 1, and need not be smaller than `enough`. */
static const double fraction = 0.005, enough = 1.0e-9;

static void derivative(mct_fixed_point *problem, void *user, const double *v, double v_border, double *out,
                       double *out_border) {
    (void)user, (void)v_border;
    mct_fixed_point_derivative(problem, v, out);
    *out_border = 0.0;
}

/* Leading eigenpair of the small Hessenberg matrix by power iteration; y starts from the last one. */
static double small_eigenvalue(const mct_krylov *krylov, double *y) {
    const int size = krylov->size;
    double value = 0.0;
    for (int iteration = 0; iteration < SMALL_ITERATIONS; iteration++) {
        double z[MCT_KRYLOV_MAX] = {0}, norm = 0.0, product = 0.0;
        for (int i = 0; i < size; i++) {
            for (int j = i > 0 ? i - 1 : 0; j < size; j++) z[i] += krylov->H[i][j] * y[j];
            norm += z[i] * z[i];
            product += z[i] * y[i];
        }
        norm = sqrt(norm);
        if (!(norm > 0.0)) return 0.0;
        double change = 0.0;
        for (int i = 0; i < size; i++) {
            change = fmax(change, fabs(z[i] / norm - y[i]));
            y[i] = z[i] / norm;
        }
        value = product;
        if (change < 1.0e-13) break;
    }
    return value;
}

double mct_leading_eigenvalue(mct_fixed_point *problem, const double *F, double *d, double *error) {
    const mct_operator operator= {.apply = derivative};
    mct_krylov krylov;
    double y[MCT_KRYLOV_MAX] = {0}, value = NAN;
    *error = INFINITY;
    if (mct_krylov_begin(problem, &krylov, F ? F : d, 0.0) == 0.0) return value;
    y[0] = 1.0;
    for (bool more = true; more && krylov.size < SIZE_MAX_ARNOLDI;) {
        const int size = krylov.size;
        more = mct_krylov_extend(problem, &operator, & krylov);
        if (krylov.size == size) return (double)NAN;
        if (size) y[size] = y[size - 1] * 1.0e-3; /* a direction that the next power iteration can grow */
        value = small_eigenvalue(&krylov, y);
        *error = fabs(krylov.H[krylov.size][size] * y[size]);
        if (krylov.size >= 3 && *error < fmax(enough, fraction * fabs(1.0 - value))) break;
    }
    mct_axpby(problem, y[0], problem->basis[0], 0.0, d);
    for (int i = 1; i < krylov.size; i++) mct_axpby(problem, y[i], problem->basis[i], 1.0, d);
    const double sign = F && mct_dot(problem, F, d) < 0.0 ? -1.0 : 1.0;
    mct_axpby(problem, 0.0, d, sign / sqrt(mct_dot(problem, d, d)), d);
    return value;
}
