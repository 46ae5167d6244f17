/* small_matrix.cuh: m x m matrices of one wave number in the registers of one thread; m is known to the compiler. */
#ifndef MCT_SMALL_MATRIX_CUH
#define MCT_SMALL_MATRIX_CUH

#include "port.cuh"

template <int m> struct mct_matrix { double e[m][m]; };

/* At element i of an array [m*m][N]. */
template <int m> __device__ mct_matrix<m> mct_matrix_read(const double *array, size_t N, size_t i) {
    mct_matrix<m> A;
    for (int r = 0; r < m; r++) {
        for (int c = 0; c < m; c++) A.e[r][c] = array[(size_t)(r * m + c) * N + i];
    }
    return A;
}

template <int m> __device__ void mct_matrix_write(const mct_matrix<m> &A, double *array, size_t N, size_t i) {
    for (int r = 0; r < m; r++) {
        for (int c = 0; c < m; c++) array[(size_t)(r * m + c) * N + i] = A.e[r][c];
    }
}

template <int m> __device__ mct_matrix<m> operator*(const mct_matrix<m> &A, const mct_matrix<m> &B) {
    mct_matrix<m> C;
    for (int r = 0; r < m; r++) {
        for (int c = 0; c < m; c++) {
            double sum = A.e[r][0] * B.e[0][c];
            for (int k = 1; k < m; k++) sum += A.e[r][k] * B.e[k][c];
            C.e[r][c] = sum;
        }
    }
    return C;
}

template <int m> __device__ mct_matrix<m> operator+(mct_matrix<m> A, const mct_matrix<m> &B) {
    for (int r = 0; r < m; r++) {
        for (int c = 0; c < m; c++) A.e[r][c] += B.e[r][c];
    }
    return A;
}

template <int m> __device__ mct_matrix<m> operator-(mct_matrix<m> A, const mct_matrix<m> &B) {
    for (int r = 0; r < m; r++) {
        for (int c = 0; c < m; c++) A.e[r][c] -= B.e[r][c];
    }
    return A;
}

template <int m> __device__ mct_matrix<m> mct_matrix_transpose(const mct_matrix<m> &A) {
    mct_matrix<m> T;
    for (int r = 0; r < m; r++) {
        for (int c = 0; c < m; c++) T.e[r][c] = A.e[c][r];
    }
    return T;
}

/* A^-1 B by elimination with partial pivoting; the exchange is a choice, so that nothing is indexed by data. */
template <int m> __device__ mct_matrix<m> mct_matrix_solve(mct_matrix<m> A, mct_matrix<m> B) {
    for (int k = 0; k < m; k++) {
        for (int r = k + 1; r < m; r++) {
            const bool swap = fabs(A.e[r][k]) > fabs(A.e[k][k]);
            for (int c = 0; c < m; c++) {
                const double a = A.e[k][c], b = B.e[k][c];
                A.e[k][c] = swap ? A.e[r][c] : a;
                A.e[r][c] = swap ? a : A.e[r][c];
                B.e[k][c] = swap ? B.e[r][c] : b;
                B.e[r][c] = swap ? b : B.e[r][c];
            }
        }
        const double inverse = 1.0 / A.e[k][k];
        for (int r = k + 1; r < m; r++) {
            const double factor = A.e[r][k] * inverse;
            for (int c = k + 1; c < m; c++) A.e[r][c] -= factor * A.e[k][c];
            for (int c = 0; c < m; c++) B.e[r][c] -= factor * B.e[k][c];
        }
        A.e[k][k] = inverse; /* kept for the substitution */
    }
    for (int k = m - 1; k >= 0; k--) {
        for (int c = 0; c < m; c++) {
            for (int r = k + 1; r < m; r++) B.e[k][c] -= A.e[k][r] * B.e[r][c];
            B.e[k][c] *= A.e[k][k];
        }
    }
    return B;
}

#endif
