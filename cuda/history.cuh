/* history.cuh: the memory integral as far as it is known, and the derivative's old values, as src/cpu/history.c:
 *   C_i = m_{i-c} Phi_c + sum_{k>=1} weight_M[k] Phi_{i-k} + sum_{k>=1} m_{i-k} weight_F[k] + (1/h) sum_{s>=1} a_s Phi_{i-s}.
 * The steps of a tile share the cut c.  What is known when a tile begins goes into all of its steps at once; what the tile
 * itself adds follows step by step. */
#ifndef MCT_HISTORY_CUH
#define MCT_HISTORY_CUH

#include "evolution.cuh"

enum { MCT_SLICES = BLOCK / WARP_SIZE };

/* The tile of the step that comes. */
struct mct_tile {
    int i, t, from, last, cut; /* step; number in the tile; first and last step of it */
};

__device__ inline mct_tile mct_tile_of(const mct_clock &clock) {
    const int n = (int)clock.n, i = (int)clock.i + 1, t = (i - n / 2 - 1) % MCT_CUDA_TILE, from = i - t;
    const int last = from + MCT_CUDA_TILE - 1 < n ? from + MCT_CUDA_TILE - 1 : n, cut = n / 4 + from - n / 2 - 1;
    return {i, t, from, last, cut <= n / 2 ? cut : last - n / 2}; /* as src/cpu/history_cut.h */
}

/* The matrix that weighs a value at distance k in a sum that is cut after J cells. */
__device__ inline int mct_weight_of(int weight, int tail, int degree, int n, int J, int k) {
    const int full = J - (degree + 1) / 2;
    return k <= full ? weight + k : tail + (J - n / 4) * degree + k - full - 1;
}

/* sum += A B */
template <int m> __device__ void mct_add_product(const mct_matrix<m> &A, const mct_matrix<m> &B, mct_matrix<m> *sum) {
    for (int r = 0; r < m; r++) {
        for (int k = 0; k < m; k++) {
            for (int c = 0; c < m; c++) sum->e[r][c] += A.e[r][k] * B.e[k][c];
        }
    }
}

/* The finished history in `together` steps of the tile that begins, from number t0 on, at 32 wave numbers; by the whole block.
 * Each warp takes a part of the distances; then their sums are added. */
template <int m, int together>
__device__ void mct_history_ahead_of(const mct_cuda_steps &v, size_t point, int group, mct_tile now, int t0) {
    SHARED_ARRAY(double, part, MCT_SLICES *m *m *WARP_SIZE);
    const int lane = (int)(threadIdx.x % WARP_SIZE), slice = (int)(threadIdx.x / WARP_SIZE);
    const int q = group * WARP_SIZE + lane, i0 = now.from + t0;
    const int n = (int)v.clocks[point].n, behind = (v.degree - 1) / 2, count = now.last - i0 + 1;
    mct_matrix<m> sum[together] = {};
    if (q < v.N) {
        for (int l = now.cut - behind + slice; l < now.from; l += MCT_SLICES) {
            const mct_matrix<m> F = mct_cuda_read<m>(v, point, v.at.F + l, (size_t)q);
            for (int t = 0; t < together; t++) {
                const int i = i0 + t;
                if (t >= count) continue;
                const int weight = mct_weight_of(v.at.weight_M, v.at.tail_M, v.degree, n, i - now.cut, i - l);
                mct_add_product(mct_cuda_read<m>(v, point, weight, (size_t)q), F, &sum[t]);
            }
        }
        for (int l = i0 - now.cut - behind + slice; l < now.from; l += MCT_SLICES) {
            const mct_matrix<m> M = mct_cuda_read<m>(v, point, v.at.M + l, (size_t)q);
            for (int t = 0; t < together; t++) {
                const int i = i0 + t;
                if (t >= count || l < i - now.cut - behind) continue;
                const int weight = mct_weight_of(v.at.weight_F, v.at.tail_F, v.degree, n, now.cut, i - l);
                mct_add_product(M, mct_cuda_read<m>(v, point, weight, (size_t)q), &sum[t]);
            }
        }
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
        const int weight_M = mct_weight_of(v.at.weight_M, v.at.tail_M, v.degree, n, now.i - now.cut, now.i - l);
        const int weight_F = mct_weight_of(v.at.weight_F, v.at.tail_F, v.degree, n, now.cut, now.i - l);
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
