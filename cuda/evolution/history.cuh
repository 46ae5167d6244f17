/* history.cuh: the memory integral as far as it is known, and the derivative's old values, as cpu/evolution/history.c:
 *   C_i = m_{i-c} Phi_c + sum_{k>=1} weight_M[k] Phi_{i-k} + sum_{k>=1} m_{i-k} weight_F[k] + (1/h) sum_{s>=1} a_s Phi_{i-s}.
 * The steps of a tile share the cut c.  What is known when a tile begins goes into all of its steps at once; what the tile
 * itself adds follows step by step. */
#ifndef MCT_HISTORY_CUH
#define MCT_HISTORY_CUH

#include "evolution/evolution.cuh"

enum { MCT_SLICES = BLOCK / WARP_SIZE };

/* The tile of the step that comes. */
struct mct_tile {
    int i, t, from, last, cut; /* step; number in the tile; first and last step of it */
};

__device__ inline mct_tile mct_tile_of(const mct_clock &clock) {
    const int n = (int)clock.n, i = (int)clock.i + 1, t = (i - n / 2 - 1) % MCT_CUDA_TILE, from = i - t;
    const int last = from + MCT_CUDA_TILE - 1 < n ? from + MCT_CUDA_TILE - 1 : n, cut = n / 4 + from - n / 2 - 1;
    return {i, t, from, last, cut <= n / 2 ? cut : last - n / 2}; /* as src/cpu/evolution/history_cut.h */
}

/* The matrix that weighs a value at distance k in a sum that is cut after J cells, of Phi's weights or m's. */
__device__ inline int mct_weight_of(const mct_cuda_layout &at, bool of_F, int degree, int n, int J, int k) {
    const int full = J - (degree + 1) / 2;
    if (k <= full) return (of_F ? at.weight_F : at.weight_M) + k;
    const int tail = of_F ? at.tail_F + mct_slot_of_F(n, J) * degree : at.tail_M + mct_slot_of_M(n, J) * degree;
    return tail + k - full - 1;
}

/* sum += A B */
template <int m> __device__ void mct_add_product(const mct_matrix<m> &A, const mct_matrix<m> &B, mct_matrix<m> *sum) {
    for (int r = 0; r < m; r++) {
        for (int k = 0; k < m; k++) {
            for (int c = 0; c < m; c++) sum->e[r][c] += A.e[r][k] * B.e[k][c];
        }
    }
}

/* sum[t] += weight[i0 + t - l] value[l] (Phi's values, m's weights) or value[l] weight[i0 + t - l], low <= l < high, in `count` steps
 * of which none is next to its cut there: the weights pass from step to step, each is read once. */
template <int m, int together, bool values_of_F>
__device__ void mct_stream(const mct_cuda_steps &v, size_t point, size_t q, int i0, int count, int low, int high,
                           mct_matrix<m> *sum) {
    const int values = values_of_F ? v.at.F : v.at.M, weights = values_of_F ? v.at.weight_M : v.at.weight_F;
    mct_matrix<m> weight[together] = {};
    if (low >= high) return;
    for (int t = 1; t < together; t++) {
        if (t < count) weight[t - 1] = mct_cuda_read<m>(v, point, weights + i0 + t - low, q);
    }
    for (int l = low; l < high; l++) {
        const mct_matrix<m> value = mct_cuda_read<m>(v, point, values + l, q);
        for (int t = together - 1; t > 0; t--) weight[t] = weight[t - 1];
        weight[0] = mct_cuda_read<m>(v, point, weights + i0 - l, q);
        for (int t = 0; t < together; t++) {
            if (values_of_F) {
                mct_add_product(weight[t], value, &sum[t]);
            } else {
                mct_add_product(value, weight[t], &sum[t]);
            }
        }
    }
}

/* The same for values up to `high` that are next to the cut of some step. */
template <int m, int together, bool values_of_F>
__device__ void mct_edge(const mct_cuda_steps &v, size_t point, size_t q, const mct_tile &now, int i0, int count,
                         int high, mct_matrix<m> *sum) {
    const int n = (int)v.clocks[point].n, behind = (v.degree - 1) / 2;
    const int low = (values_of_F ? now.cut : i0 - now.cut) - behind;
    for (int l = low + (int)(threadIdx.x / WARP_SIZE); l < high; l += MCT_SLICES) {
        const mct_matrix<m> value = mct_cuda_read<m>(v, point, (values_of_F ? v.at.F : v.at.M) + l, q);
        for (int t = 0; t < together; t++) {
            const int i = i0 + t, J = values_of_F ? i - now.cut : now.cut;
            if (t >= count || l < i - J - behind) continue;
            const mct_matrix<m> weight =
                mct_cuda_read<m>(v, point, mct_weight_of(v.at, !values_of_F, v.degree, n, J, i - l), q);
            if (values_of_F) {
                mct_add_product(weight, value, &sum[t]);
            } else {
                mct_add_product(value, weight, &sum[t]);
            }
        }
    }
}

/* What the values of Phi, or of m, give; each warp takes a part of the distances. */
template <int m, int together, bool values_of_F>
__device__ void mct_add_values(const mct_cuda_steps &v, size_t point, size_t q, const mct_tile &now, int i0, int count,
                               mct_matrix<m> *sum) {
    const int far = (values_of_F ? now.cut : now.last - now.cut) + (v.degree + 1) / 2;
    const int low = far < now.from ? far : now.from, each = (now.from - low + MCT_SLICES - 1) / MCT_SLICES;
    const int first = low + (int)(threadIdx.x / WARP_SIZE) * each,
              end = first + each < now.from ? first + each : now.from;
    mct_edge<m, together, values_of_F>(v, point, q, now, i0, count, low, sum);
    mct_stream<m, together, values_of_F>(v, point, q, i0, count, first, end, sum);
}

/* The finished history in `together` steps of the tile that begins, from number t0 on, at 32 wave numbers; by the whole block. */
template <int m, int together>
__device__ void mct_history_ahead_of(const mct_cuda_steps &v, size_t point, int group, mct_tile now, int t0) {
    SHARED_ARRAY(double, part, MCT_SLICES *m *m *WARP_SIZE);
    const int lane = (int)(threadIdx.x % WARP_SIZE), slice = (int)(threadIdx.x / WARP_SIZE);
    const int q = group * WARP_SIZE + lane, i0 = now.from + t0, count = now.last - i0 + 1;
    mct_matrix<m> sum[together] = {};
    if (q < v.N && count > 0) {
        mct_add_values<m, together, true>(v, point, (size_t)q, now, i0, count, sum);
        mct_add_values<m, together, false>(v, point, (size_t)q, now, i0, count, sum);
    }
    for (int t = 0; t < together; t++) {
        for (int c = 0; c < m * m; c++) part[(slice * m * m + c) * WARP_SIZE + lane] = sum[t].e[c / m][c % m];
        __syncthreads();
        for (int c = slice; c < m * m && q < v.N; c += MCT_SLICES) {
            double all = 0.0;
            for (int s = 0; s < MCT_SLICES; s++) all += part[(s * m * m + c) * WARP_SIZE + lane];
            mct_cuda_at(v, point, v.at.ahead + t0 + t)[(size_t)c * (size_t)v.N + (size_t)q] = all;
        }
        __syncthreads(); /* before the next step of the tile is written */
    }
}

/* As many steps of the tile at a time as there are registers for. */
template <int m> __device__ void mct_history_ahead(const mct_cuda_steps &v, size_t point, int group) {
    const int together = m < 3 ? 4 : m == 3 ? 2 : 1;
    static_assert(MCT_CUDA_TILE % together == 0, "a tile is made of these");
    const mct_tile now = mct_tile_of(v.clocks[point]);
    if (now.t) return; /* in the middle of a tile */
    for (int t = 0; t < MCT_CUDA_TILE; t += together) mct_history_ahead_of<m, together>(v, point, group, now, t);
}

/* offset = A^-1 C at one wave number. */
template <int m> __device__ void mct_history_step(const mct_cuda_steps &v, size_t point, size_t q) {
    const mct_clock &clock = v.clocks[point];
    const mct_tile now = mct_tile_of(clock);
    const int n = (int)clock.n;
    mct_matrix<m> C = mct_cuda_read<m>(v, point, v.at.ahead + now.t, q);
    mct_add_product(mct_cuda_read<m>(v, point, v.at.M + now.i - now.cut, q),
                    mct_cuda_read<m>(v, point, v.at.F + now.cut, q), &C);
    for (int l = now.from; l < now.i; l++) {
        const int weight_M = mct_weight_of(v.at, false, v.degree, n, now.i - now.cut, now.i - l);
        const int weight_F = mct_weight_of(v.at, true, v.degree, n, now.cut, now.i - l);
        mct_add_product(mct_cuda_read<m>(v, point, weight_M, q), mct_cuda_read<m>(v, point, v.at.F + l, q), &C);
        mct_add_product(mct_cuda_read<m>(v, point, v.at.M + l, q), mct_cuda_read<m>(v, point, weight_F, q), &C);
    }
    const mct_scheme &scheme = v.scheme->scheme;
    for (int s = 1; s <= scheme.bdf; s++) {
        const double factor = scheme.derivative[s] / clock.step;
        const mct_matrix<m> F = mct_cuda_read<m>(v, point, v.at.F + now.i - s, q);
        for (int r = 0; r < m; r++) {
            for (int c = 0; c < m; c++) C.e[r][c] += factor * F.e[r][c];
        }
    }
    mct_cuda_write(mct_cuda_read<m>(v, point, v.at.A_inverse, q) * C, v, point, v.at.offset, q);
}

#endif
