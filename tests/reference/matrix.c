/* matrix.c: m x m matrices of one wave number, in long double. */
#include <math.h>

#include "reference/reference.h"

void reference_matrix_load(size_t m, size_t points, size_t q, const long double *array, reference_matrix A) {
    for (size_t mu = 0; mu < m; mu++)
        for (size_t nu = 0; nu < m; nu++) A[mu][nu] = array[(mu * m + nu) * points + q];
}

void reference_matrix_store(size_t m, size_t points, size_t q, reference_matrix A, long double *array) {
    for (size_t mu = 0; mu < m; mu++)
        for (size_t nu = 0; nu < m; nu++) array[(mu * m + nu) * points + q] = A[mu][nu];
}

void reference_matrix_multiply(size_t m, reference_matrix A, reference_matrix B, reference_matrix product) {
    reference_matrix result;
    for (size_t mu = 0; mu < m; mu++)
        for (size_t nu = 0; nu < m; nu++) {
            result[mu][nu] = 0.0L;
            for (size_t s = 0; s < m; s++) result[mu][nu] += A[mu][s] * B[s][nu];
        }
    for (size_t mu = 0; mu < m; mu++)
        for (size_t nu = 0; nu < m; nu++) product[mu][nu] = result[mu][nu];
}

bool reference_matrix_invert(size_t m, reference_matrix A, reference_matrix inverse) {
    long double work[REFERENCE_SPECIES_MAX][2 * REFERENCE_SPECIES_MAX];
    for (size_t row = 0; row < m; row++)
        for (size_t column = 0; column < m; column++) {
            work[row][column] = A[row][column];
            work[row][m + column] = row == column ? 1.0L : 0.0L;
        }
    for (size_t pivot = 0; pivot < m; pivot++) {
        size_t best = pivot;
        for (size_t row = pivot + 1; row < m; row++)
            if (fabsl(work[row][pivot]) > fabsl(work[best][pivot])) best = row;
        if (work[best][pivot] == 0.0L) return false;
        for (size_t column = 0; column < 2 * m; column++) {
            long double kept = work[pivot][column];
            work[pivot][column] = work[best][column];
            work[best][column] = kept;
        }
        long double scale = work[pivot][pivot];
        for (size_t column = 0; column < 2 * m; column++) work[pivot][column] /= scale;
        for (size_t row = 0; row < m; row++) {
            if (row == pivot) continue;
            long double factor = work[row][pivot];
            for (size_t column = 0; column < 2 * m; column++) work[row][column] -= factor * work[pivot][column];
        }
    }
    for (size_t row = 0; row < m; row++)
        for (size_t column = 0; column < m; column++) inverse[row][column] = work[row][m + column];
    return true;
}
