/* decimate.cuh: from block to block: two cells become one and the step doubles; in the final decay, where everything happens
 * within one decade, the resolution doubles instead.  As src/cpu/evolution/decimate.c and the loops it calls. */
#ifndef MCT_DECIMATE_CUH
#define MCT_DECIMATE_CUH

#include "evolution/evolution.cuh"

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

/* Two cells become one; exact.  mu'_p = (1/2) sum_s T_ps (mu_right + (-1)^(p+s) mu_left)_s; mu may be one of them. */
template <int D>
__device__ void mct_join(const mct_scheme &scheme, const double *left, const double *right, double *mu) {
    double sum[D], difference[D];
    for (int s = 0; s < D; s++) {
        sum[s] = 0.5 * (right[s] + left[s]);
        difference[s] = 0.5 * (right[s] - left[s]);
    }
    for (int p = 0; p < D; p++) {
        mu[p] = scheme.thinning[p][p] * sum[p];
        for (int s = 0; s < p; s++) mu[p] += scheme.thinning[p][s] * ((p + s) % 2 ? difference[s] : sum[s]);
    }
}

/* The same of two new cells with central stencils, from the D + 2 grid values at `value`.  Even moments see the even part of
 * these values about the middle one, odd moments the odd part. */
template <int D> __device__ void mct_join_new(const mct_scheme &scheme, const double *value, size_t size, double *mu) {
    const int middle = (D + 1) / 2;
    const double f = value[(size_t)middle * size];
    for (int p = 0; p < D; p++) mu[p] = p % 2 ? 0.0 : scheme.joined[p][middle] * f;
    for (int nu = 0; nu < middle; nu++) {
        const double left = value[(size_t)nu * size], right = value[(size_t)(D + 1 - nu) * size];
        for (int p = 0; p < D; p++) mu[p] += scheme.joined[p][nu] * (p % 2 ? left - right : left + right);
    }
}

/* What a block of n steps leaves of an element. */
struct mct_past {
    double *value, *moments; /* at its place, `size` apart */
    size_t size;
    int n;
    bool cells; /* the moments are of single cells */
};

/* Cell j of twice the length. */
template <int D> __device__ void mct_thinned_cell(const mct_scheme &scheme, const mct_past &past, int j, double *mu) {
    const int central = (D - 1) / 2, n = past.n;
    double left[D], right[D];
    if (2 * j > n / 2 && n - 2 * j >= D - 1 - central) {
        mct_join_new<D>(scheme, past.value + (size_t)(2 * j - 2 - central) * past.size, past.size, mu);
        return;
    }
    if (2 * j > n / 2) {
        mct_cell<D>(scheme, past.value, past.size, 2 * j - 1, n, left);
        mct_cell<D>(scheme, past.value, past.size, 2 * j, n, right);
    } else if (!past.cells) {
        mct_read_moments<D>(past.moments + (size_t)(j - 1) * D * past.size, past.size, mu);
        return;
    } else {
        mct_read_moments<D>(past.moments + (size_t)(2 * j - 2) * D * past.size, past.size, left);
        mct_read_moments<D>(past.moments + (size_t)(2 * j - 1) * D * past.size, past.size, right);
    }
    mct_join<D>(scheme, left, right, mu);
}

/* Cell j of a block that begins with `turn`. */
template <int D>
__device__ void mct_next_cell(const mct_scheme &scheme, const mct_past &past, int turn, int j, double *mu) {
    if (turn == MCT_TURN_THIN) {
        mct_thinned_cell<D>(scheme, past, j, mu);
    } else if (turn == MCT_TURN_OPEN || j <= past.n / 2) {
        mct_read_moments<D>(past.moments + (size_t)(j - 1) * D * past.size, past.size, mu);
    } else {
        mct_cell<D>(scheme, past.value, past.size, j, past.n, mu);
    }
}

/* The weights of one element. */
struct mct_weighing {
    double *weight, *tail;
    size_t size;
    int n; /* of the block that begins */
    bool of_F;
};

/* `open`: what the cells so far add to the D + 1 distances that the coming cells still add to.  Where the sum is cut after
 * J cells, these are the weights as they stand. */
template <int D>
__device__ void mct_weigh_cell(const mct_scheme &scheme, const mct_weighing &w, int j, const double *mu, double *open) {
    const int central = (D - 1) / 2, half = (D + 1) / 2, r = j < half ? D - j : central;
    if (j > half) {
        w.weight[(size_t)(j - half - 1) * w.size] = open[0];
        for (int k = 0; k < D; k++) open[k] = open[k + 1];
        open[D] = 0.0;
    }
    for (int nu = 0; nu <= D; nu++) {
        for (int p = 0; p < D; p++) open[D - nu] += scheme.weight[r][p][nu] * mu[p];
    }
    const int slot = w.of_F ? mct_slot_of_F(w.n, j) : mct_slot_of_M(w.n, j);
    for (int k = 1; k <= D && slot >= 0; k++) w.tail[(size_t)(slot * D + k - 1) * w.size] = open[k];
}

/* Moments, weights and, where two cells become one, every second grid value, two cells at a time: what is written for cells j
 * and j + 1 is never read for later ones. */
template <int D>
__device__ void mct_begin(const mct_scheme &scheme, const mct_past &past, int turn, bool keeps_cells,
                          const mct_weighing &w) {
    double open[D + 1] = {0.0}, mu[D], pair[D];
    for (int j = 1; j < w.n / 2; j += 2) {
        double *const to = past.moments + (size_t)(keeps_cells ? j - 1 : j / 2) * D * past.size;
        mct_next_cell<D>(scheme, past, turn, j, pair);
        mct_weigh_cell<D>(scheme, w, j, pair, open);
        mct_next_cell<D>(scheme, past, turn, j + 1, mu);
        mct_weigh_cell<D>(scheme, w, j + 1, mu, open);
        if (keeps_cells) {
            mct_write_moments<D>(pair, past.size, to);
            mct_write_moments<D>(mu, past.size, to + (size_t)D * past.size);
        } else {
            mct_join<D>(scheme, pair, mu, pair);
            mct_write_moments<D>(pair, past.size, to);
        }
        if (turn != MCT_TURN_THIN) continue;
        past.value[(size_t)j * past.size] = past.value[(size_t)(2 * j) * past.size];
        past.value[(size_t)(j + 1) * past.size] = past.value[(size_t)(2 * j + 2) * past.size];
    }
    w.weight[(size_t)(w.n / 2 - (D + 1) / 2) * w.size] = open[0];
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
    const bool has_begun = clock->time >= clock->plateau_from;
    const bool is_steady = has_begun && change <= MCT_STEADY && change >= clock->least && v.plateau >= 0.0;
    clock->quiet = has_begun && change <= v.plateau ? clock->quiet + 1 : 0;
    clock->steady = is_steady ? clock->steady + 1 : 0;
    if (!is_steady) clock->least = change;
    if (clock->quiet >= MCT_BLOCKS_QUIET || clock->steady >= MCT_BLOCKS_STEADY) {
        clock->state = MCT_EVOLUTION_PLATEAU;
        return;
    }
    pace->n = (int)clock->n;
    pace->cells = mct_keeps_cells(*clock, v.doublings);
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
    clock->contraction = -fabs(clock->contraction);
}

/* Moments and weights of one element of Phi (element < n) or of m. */
template <int D> __device__ void mct_open(const mct_cuda_steps &v, size_t point, size_t element) {
    const mct_cuda_pace &pace = v.paces[point];
    const mct_clock &clock = v.clocks[point];
    const bool of_F = element < v.n;
    double *const base = mct_cuda_at(v, point, 0) + element % v.n;
    const auto at = [&](int of_Phi, int of_m) { return base + (size_t)(of_F ? of_Phi : of_m) * v.n; };
    const mct_past past = {at(v.at.F, v.at.M), at(v.at.moment_F, v.at.moment_M), v.n, pace.n, pace.cells != 0};
    const mct_weighing weighing = {at(v.at.weight_F, v.at.weight_M), at(v.at.tail_F, v.at.tail_M), v.n, (int)clock.n,
                                   of_F};
    if (pace.turn == MCT_TURN_RESUME) return;
    mct_begin<D>(v.scheme->scheme, past, pace.turn, mct_keeps_cells(clock, v.doublings), weighing);
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
