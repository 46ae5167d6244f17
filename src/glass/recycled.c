/* recycled.c: Krylov spaces of earlier solves as a preconditioner of the next.
 *
 * A = 1 - K with a compact K: a Krylov space V of a few vectors, A V = V H + rest, holds nearly all of K, so that
 *   P = 1 + V (H^-1 - 1) V^T
 * is close to A^-1, and still is when A has changed a little.  The next solve, with A P, is short; its own space makes
 * the next stage: A^-1 ~ P_1 P_2 ...  The same stages, transposed and in the other order, serve the adjoint.
 * (The idea of recycling: M. L. Parks et al., SIAM J. Sci. Comput. 28, 1651 (2006).) */
#include <math.h>

#include "glass/fixed_point.h"

enum { MAX = MCT_RECYCLED_MAX };

static const double singular = 1.0e-3; /* pivots of H below this: the space is of no use */

void mct_recycled_clear(mct_recycled *recycled) {
    recycled->stages = 0;
}

static void apply_stage(mct_fixed_point *problem, const mct_recycled *r, int stage, bool transposed, double *x,
                        double *border) {
    const int from = r->begin[stage], to = r->begin[stage + 1];
    double c[MAX] = {0};
    for (int i = from; i < to; i++) c[i] = mct_dot(problem, r->vector[i], x) + r->border[i] * *border;
    for (int i = from; i < to; i++) {
        double y = 0.0;
        for (int j = from; j < to; j++) y += (transposed ? r->B[j][i] : r->B[i][j]) * c[j];
        mct_axpby(problem, y, r->vector[i], 1.0, x);
        *border += y * r->border[i];
    }
}

void mct_recycled_apply(mct_fixed_point *problem, const mct_recycled *recycled, bool transposed, double *x,
                        double *border) {
    const int stages = recycled->stages;
    for (int s = 0; s < stages; s++) {
        apply_stage(problem, recycled, transposed ? s : stages - 1 - s, transposed, x, border);
    }
}

bool mct_recycled_helps(const mct_recycled *recycled, int iterations) {
    if (recycled->stages == 0) return true;
    const bool room = recycled->begin[recycled->stages] < MAX - 2;
    return iterations <= (room ? 12 : 6);
}

/* B = H^-1 - 1 for the leading k x k block of H, by Gauss-Jordan; false if H is nearly singular. */
static bool invert(int k, const mct_krylov *krylov, int at, mct_recycled *r) {
    double A[MAX][2 * MAX];
    for (int i = 0; i < k; i++) {
        for (int j = 0; j < k; j++) A[i][j] = i <= j + 1 ? krylov->H[i][j] : 0.0, A[i][k + j] = i == j;
    }
    for (int c = 0; c < k; c++) {
        int pivot = c;
        for (int i = c + 1; i < k; i++) {
            if (fabs(A[i][c]) > fabs(A[pivot][c])) pivot = i;
        }
        if (!(fabs(A[pivot][c]) > singular)) return false;
        for (int j = 0; j < 2 * k; j++) {
            const double swap = A[c][j];
            A[c][j] = A[pivot][j];
            A[pivot][j] = swap;
        }
        for (int i = 0; i < k; i++) {
            const double factor = A[i][c] / A[c][c];
            if (i == c) continue;
            for (int j = c; j < 2 * k; j++) A[i][j] -= factor * A[c][j];
        }
    }
    for (int i = 0; i < k; i++) {
        for (int j = 0; j < k; j++) r->B[at + i][at + j] = A[i][k + j] / A[i][i] - (i == j);
    }
    return true;
}

void mct_recycled_keep(mct_fixed_point *problem, const mct_krylov *krylov, mct_recycled *recycled) {
    const int at = recycled->stages > 0 ? recycled->begin[recycled->stages] : 0;
    const int k = krylov->size < MAX - at ? krylov->size : MAX - at;
    if (k < 2 || !invert(k, krylov, at, recycled)) return;
    for (int i = 0; i < k; i++) {
        mct_copy(problem, problem->basis[i], recycled->vector[at + i]);
        recycled->border[at + i] = krylov->border[i];
    }
    recycled->begin[recycled->stages] = at;
    recycled->begin[++recycled->stages] = at + k;
}
