/* functions.cuh: the scalar functions of one wave number that make up the memory kernel, as cpu/kernel/functions.c. */
#ifndef MCT_FUNCTIONS_CUH
#define MCT_FUNCTIONS_CUH

#include "cuda.cuh"
#include "small_matrix.cuh"

/* ---- one function at a time --------------------------------------------------------------------------------------------- */

/* X = C F C^T, Y = G, U = C F, V = G C^T at one wave number; C, F, G at its element 0 0. */
__device__ inline double mct_general_function(int m, size_t N, int f, const double *C, const double *F,
                                              const double *G) {
    const int mm = m * m, kind = f / mm, mu = f % mm / m, nu = f % m;
    double sum = 0.0;
    switch (kind) {
    case 0:
        for (int l = 0; l < m; l++) {
            double inner = 0.0;
            for (int k = 0; k < m; k++) inner += C[(size_t)(mu * m + k) * N] * F[(size_t)(k * m + l) * N];
            sum += inner * C[(size_t)(nu * m + l) * N];
        }
        return sum;
    case 1: return G[(size_t)(f - mm) * N];
    case 2:
        for (int k = 0; k < m; k++) sum += C[(size_t)(mu * m + k) * N] * F[(size_t)(k * m + nu) * N];
        return sum;
    default:
        for (int k = 0; k < m; k++) sum += G[(size_t)(mu * m + k) * N] * C[(size_t)(nu * m + k) * N];
        return sum;
    }
}

/* x = c^2 s^T F s, G_mn, u_n = c (s^T F)_n, v_m = c (G s)_m with s = sqrt(x) */
__device__ inline double mct_rank_one_function(int m, size_t N, int f, double c, const double *s, const double *F,
                                               const double *G) {
    const int mm = m * m;
    double sum = 0.0;
    if (f == 0) {
        for (int a = 0; a < mm; a++) sum += s[a / m] * s[a % m] * F[(size_t)a * N];
        return sum * c * c;
    }
    if (f <= mm) return G[(size_t)(f - 1) * N];
    if (f <= mm + m) {
        for (int k = 0; k < m; k++) sum += s[k] * F[(size_t)(k * m + f - 1 - mm) * N];
    } else {
        for (int k = 0; k < m; k++) sum += s[k] * G[(size_t)((f - 1 - mm - m) * m + k) * N];
    }
    return sum * c;
}

/* Function f of a point at wave number i; F, G [mm][N].  Functions that its path does not have are 0. */
__device__ inline double mct_function(const mct_cuda_view &v, size_t point, int f, size_t i, const double *F,
                                      const double *G) {
    const size_t N = (size_t)v.N, m = (size_t)v.m;
    const bool rank_one = v.rank_one[point];
    const double *C = v.C + point * m * m * N + i;
    if (f >= mct_cuda_functions_of(rank_one, v.m)) return 0.0;
    return rank_one ? mct_rank_one_function(v.m, N, f, C[0], v.root_fraction + point * m, F + i, G + i)
                    : mct_general_function(v.m, N, f, C, F + i, G + i);
}

/* ---- all functions of a wave number, so that F, G and C are read once ----------------------------------------------------- */

/* store(f, value) for every function f; the sums are those of mct_general_function. */
template <int m, class Store>
__device__ void mct_general_functions(const mct_matrix<m> &C, const mct_matrix<m> &F, const mct_matrix<m> &G,
                                      Store store) {
    const mct_matrix<m> transposed = mct_matrix_transpose(C), U = C * F, X = U * transposed, V = G * transposed;
    for (int c = 0; c < m * m; c++) {
        store(c, X.e[c / m][c % m]);
        store(m * m + c, G.e[c / m][c % m]);
        store(2 * m * m + c, U.e[c / m][c % m]);
        store(3 * m * m + c, V.e[c / m][c % m]);
    }
}

/* The same for mct_rank_one_function. */
template <int m, class Store>
__device__ void mct_rank_one_functions(double C, const double *s, const mct_matrix<m> &F, const mct_matrix<m> &G,
                                       Store store) {
    double x = 0.0;
    for (int c = 0; c < m * m; c++) {
        x += s[c / m] * s[c % m] * F.e[c / m][c % m];
        store(1 + c, G.e[c / m][c % m]);
    }
    store(0, x * C * C);
    for (int i = 0; i < m; i++) {
        double u = 0.0, w = 0.0;
        for (int k = 0; k < m; k++) {
            u += s[k] * F.e[k][i];
            w += s[k] * G.e[i][k];
        }
        store(1 + m * m + i, u * C);
        store(1 + m * m + m + i, w * C);
    }
}

/* store(f, value) for the functions that the path of a point has, at wave number i; F, G [mm][N] of this point. */
template <int m, class Store>
__device__ void mct_functions(const mct_cuda_view &v, size_t point, size_t i, const double *F, const double *G,
                              Store store) {
    const size_t N = (size_t)v.N;
    const double *C = v.C + point * m * m * N;
    const mct_matrix<m> F_here = mct_matrix_read<m>(F, N, i), G_here = mct_matrix_read<m>(G, N, i);
    if (v.rank_one[point]) {
        mct_rank_one_functions<m>(C[i], v.root_fraction + point * m, F_here, G_here, store);
    } else {
        mct_general_functions<m>(mct_matrix_read<m>(C, N, i), F_here, G_here, store);
    }
}

#endif
