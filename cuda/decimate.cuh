/* decimate.cuh: from block to block: two cells become one and the step doubles; in the final decay, where everything happens
 * within one decade, the resolution doubles instead.  As src/cpu/decimate.c and the loops it calls. */
#ifndef MCT_DECIMATE_CUH
#define MCT_DECIMATE_CUH

#include "evolution.cuh"

/* ---- moments and weights of one element over the cells; value, moments, ... at its place, `size` apart ---------------------- */

/* mu [D] of cell j from grid values known up to n; its D + 1 nodes end there at the latest. */
template <int D>
__device__ void mct_cell(const mct_scheme &scheme, const double *value, size_t size, int j, int n, double *mu) {
    const int central = (D - 1) / 2, beyond = n - j, r = beyond < D - 1 - central ? D - 1 - beyond : central;
    const double *from = value + (size_t)(j - 1 - r) * size;
    for (int p = 0; p < D; p++) mu[p] = 0.0;
    for (int nu = 0; nu <= D; nu++) {
        const double f = from[(size_t)nu * size];
        for (int p = 0; p < D; p++) mu[p] += scheme.moment[r][p][nu] * f;
    }
}

template <int D> __device__ void mct_read_moments(const double *from, size_t size, double *mu) {
    for (int p = 0; p < D; p++) mu[p] = from[(size_t)p * size];
}

template <int D> __device__ void mct_write_moments(const double *mu, size_t size, double *to) {
    for (int p = 0; p < D; p++) to[(size_t)p * size] = mu[p];
}

/* Two cells become one; exact.  mu'_p = (1/2) sum_s T_ps (mu_right + (-1)^(p+s) mu_left)_s. */
template <int D>
__device__ void mct_join(const mct_scheme &scheme, const double *left, const double *right, double *mu) {
    for (int p = 0; p < D; p++) {
        mu[p] = 0.0;
        for (int s = 0; s <= p; s++) {
            mu[p] += 0.5 * scheme.thinning[p][s] * ((p + s) % 2 ? right[s] - left[s] : right[s] + left[s]);
        }
    }
}

/* n cells and grid points to n/2 of twice the length; moments of the later half from the grid points. */
template <int D>
__device__ void mct_thin(const mct_scheme &scheme, double *value, size_t size, int n, double *moments) {
    for (int j = 1; j <= n / 2; j++) {
        double left[D], right[D], mu[D];
        if (2 * j <= n / 2) {
            mct_read_moments<D>(moments + (size_t)(2 * j - 2) * D * size, size, left);
            mct_read_moments<D>(moments + (size_t)(2 * j - 1) * D * size, size, right);
        } else {
            mct_cell<D>(scheme, value, size, 2 * j - 1, n, left);
            mct_cell<D>(scheme, value, size, 2 * j, n, right);
        }
        mct_join<D>(scheme, left, right, mu);
        mct_write_moments<D>(mu, size, moments + (size_t)(j - 1) * D * size);
    }
    for (int j = 1; j <= n / 2; j++) value[(size_t)j * size] = value[(size_t)(2 * j) * size];
}

/* Moments of the cells n/2 + 1 ... n. */
template <int D>
__device__ void mct_new_cells(const mct_scheme &scheme, const double *value, size_t size, int n, double *moments) {
    for (int j = n / 2 + 1; j <= n; j++) {
        double mu[D];
        mct_cell<D>(scheme, value, size, j, n, mu);
        mct_write_moments<D>(mu, size, moments + (size_t)(j - 1) * D * size);
    }
}

/* Cell by cell; `open` are the weights of the D + 1 distances that the coming cells still add to.  Where the sum is cut
 * after J cells, they are the weights as they stand. */
template <int D>
__device__ void mct_weights(const mct_scheme &scheme, const double *moments, size_t size, int cells, int tails,
                            double *weight, double *tail) {
    const int central = (D - 1) / 2, half = (D + 1) / 2;
    double open[D + 1] = {0.0}, mu[D];
    for (int j = 1; j <= cells; j++) {
        const int r = j < half ? D - j : central;
        if (j > half) {
            weight[(size_t)(j - half - 1) * size] = open[0];
            for (int k = 0; k < D; k++) open[k] = open[k + 1];
            open[D] = 0.0;
        }
        mct_read_moments<D>(moments + (size_t)(j - 1) * D * size, size, mu);
        for (int nu = 0; nu <= D; nu++) {
            for (int p = 0; p < D; p++) open[D - nu] += scheme.weight[r][p][nu] * mu[p];
        }
        for (int k = 1; k <= D && j >= tails; k++) tail[(size_t)((j - tails) * D + k - 1) * size] = open[k];
    }
    weight[(size_t)(cells - half) * size] = open[0];
}

/* ---- from block to block --------------------------------------------------------------------------------------------------- */

__device__ inline bool mct_at_end(const mct_cuda_steps &v, size_t point) {
    return mct_cuda_runs(v, point) && v.clocks[point].i >= v.clocks[point].n;
}

/* How much Phi has changed since the middle of the block; by the whole block of threads, one per wave number. */
__device__ inline void mct_change(const mct_cuda_steps &v, size_t point, size_t q) {
    const int n = (int)v.clocks[point].n;
    const double *now = mct_cuda_at(v, point, v.at.F + n), *before = mct_cuda_at(v, point, v.at.F + n / 2);
    const double *norm = mct_cuda_at(v, point, v.at.norm);
    double largest = 0.0;
    for (size_t i = q; q < (size_t)v.N && i < v.n; i += (size_t)v.N) {
        largest = mct_cuda_larger(largest, fabs(norm[i] * (now[i] - before[i])));
    }
    mct_cuda_keep_largest(v, point, q, largest);
}

/* The clock goes on to the next block, if this one has ended, and the pace says how that begins.  By one warp. */
__device__ inline void mct_turn(const mct_cuda_steps &v, size_t point) {
    const bool ends = mct_at_end(v, point);
    const double change = ends ? mct_cuda_largest(v, point) : 0.0; /* after it all lanes have read the clock */
    if (threadIdx.x % WARP_SIZE != 0) return;
    mct_clock *const clock = &v.clocks[point];
    mct_cuda_pace *const pace = &v.paces[point];
    pace->turn = MCT_TURN_NONE;
    if (!ends) return;
    clock->blocks++;
    clock->quiet = change <= v.plateau ? clock->quiet + 1 : 0;
    const bool is_steady = change <= MCT_STEADY && change >= clock->least && v.plateau >= 0.0;
    clock->steady = is_steady ? clock->steady + 1 : 0;
    if (!is_steady) clock->least = change;
    if (clock->quiet >= MCT_BLOCKS_QUIET || clock->steady >= MCT_BLOCKS_STEADY) {
        clock->state = MCT_EVOLUTION_PLATEAU;
        return;
    }
    pace->n = (int)clock->n;
    if (clock->largest < MCT_FINAL_DECAY && clock->opened < MCT_NEAR_DECAY && clock->doublings < v.doublings) {
        pace->turn = MCT_TURN_EXTEND;
        clock->n *= 2;
        clock->doublings++;
    } else {
        pace->turn = MCT_TURN_THIN;
        clock->i = clock->n / 2;
        clock->step *= 2.0;
    }
    clock->opened = clock->largest;
    clock->contraction = 0.0;
}

/* Moments and weights of one element of Phi (element < n) or of m. */
template <int D> __device__ void mct_open(const mct_cuda_steps &v, size_t point, size_t element) {
    const mct_cuda_pace &pace = v.paces[point];
    const bool of_F = element < v.n;
    const mct_scheme &scheme = v.scheme->scheme;
    double *const base = mct_cuda_at(v, point, 0) + element % v.n;
    double *const value = base + (size_t)(of_F ? v.at.F : v.at.M) * v.n;
    double *const moments = base + (size_t)(of_F ? v.at.moment_F : v.at.moment_M) * v.n;
    if (pace.turn == MCT_TURN_THIN) mct_thin<D>(scheme, value, v.n, pace.n, moments);
    if (pace.turn == MCT_TURN_EXTEND) mct_new_cells<D>(scheme, value, v.n, pace.n, moments);
    const int n = (int)v.clocks[point].n;
    mct_weights<D>(scheme, moments, v.n, n / 2, n / 4, base + (size_t)(of_F ? v.at.weight_F : v.at.weight_M) * v.n,
                   base + (size_t)(of_F ? v.at.tail_F : v.at.tail_M) * v.n);
}

/* A = a_0/h + Gamma + W_M0 -> A^-1; W^-1 (S - W_F0); at one wave number. */
template <int m> __device__ void mct_prepare(const mct_cuda_steps &v, size_t point, size_t q) {
    const double shift = v.scheme->scheme.derivative[0] / v.clocks[point].step;
    mct_matrix<m> A = mct_cuda_read<m>(v, point, v.at.Gamma, q) + mct_cuda_read<m>(v, point, v.at.weight_M, q);
    mct_matrix<m> one = {};
    for (int r = 0; r < m; r++) {
        A.e[r][r] += shift;
        one.e[r][r] = 1.0;
    }
    mct_cuda_write(mct_matrix_solve(A, one), v, point, v.at.A_inverse, q);
    const mct_matrix<m> B = mct_cuda_read<m>(v, point, v.at.S, q) - mct_cuda_read<m>(v, point, v.at.weight_F, q);
    mct_cuda_write(mct_cuda_read<m>(v, point, v.at.W_inverse, q) * B, v, point, v.at.right, q);
}

#endif
