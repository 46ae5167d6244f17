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
