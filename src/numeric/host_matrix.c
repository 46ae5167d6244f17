/* host_matrix.c: m x m matrices on the host. */
#include "numeric/host_matrix.h"

#include <math.h>

bool mct_matrix_invert(size_t m, double *A, double *B) {
    for (size_t r = 0; r < m; r++) {
        for (size_t c = 0; c < m; c++) B[r * m + c] = r == c;
    }
    for (size_t k = 0; k < m; k++) {
        size_t pivot = k;
        for (size_t r = k + 1; r < m; r++) {
            if (fabs(A[r * m + k]) > fabs(A[pivot * m + k])) pivot = r;
        }
        if (!(fabs(A[pivot * m + k]) > 0.0)) return false;
        for (size_t c = 0; c < m; c++) {
            double a = A[k * m + c], b = B[k * m + c];
            A[k * m + c] = A[pivot * m + c], A[pivot * m + c] = a;
            B[k * m + c] = B[pivot * m + c], B[pivot * m + c] = b;
        }
        double scale = 1.0 / A[k * m + k];
        for (size_t c = 0; c < m; c++) A[k * m + c] *= scale, B[k * m + c] *= scale;
        for (size_t r = 0; r < m; r++) {
            double factor = A[r * m + k];
            if (r == k || factor == 0.0) continue;
            for (size_t c = 0; c < m; c++) {
                A[r * m + c] -= factor * A[k * m + c];
                B[r * m + c] -= factor * B[k * m + c];
            }
        }
    }
    return true;
}

void mct_matrix_multiply(size_t m, const double *A, const double *B, double *C) {
    for (size_t r = 0; r < m; r++) {
        for (size_t c = 0; c < m; c++) {
            double sum = 0.0;
            for (size_t k = 0; k < m; k++) sum += A[r * m + k] * B[k * m + c];
            C[r * m + c] = sum;
        }
    }
}

static double norm(size_t count, const double *A) {
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) sum += A[i] * A[i];
    return sqrt(sum);
}

bool mct_matrix_is_positive(size_t m, double *A, double *work) {
    enum { STEPS_MAX = 100 };
    const size_t mm = m * m;
    double *const inverse = work, *const copy = work + mm;
    double trace = 0.0;
    if (m == 1) return A[0] > 0.0;
    if (m == 2) return A[0] + A[3] > 0.0 && A[0] * A[3] - A[1] * A[2] > 0.0;
    for (int step = 0; step < STEPS_MAX; step++) { /* X <- (c X + (c X)^-1)/2, c such that both are of one size */
        double change = 0.0;
        for (size_t i = 0; i < mm; i++) copy[i] = A[i];
        if (!mct_matrix_invert(m, copy, inverse)) return false;
        const double scale = sqrt(norm(mm, inverse) / norm(mm, A));
        for (size_t i = 0; i < mm; i++) {
            const double next = 0.5 * (scale * A[i] + inverse[i] / scale);
            change = fmax(change, fabs(next - A[i]));
            A[i] = next;
        }
        if (!isfinite(change)) return false;
        if (change < 1.0e-8 * norm(mm, A)) break;
    }
    for (size_t r = 0; r < m; r++) trace += A[r * m + r];
    return trace > (double)m - 0.5; /* the sum of the signs */
}
