/* history.cu: the memory integral as far as it is known, and the derivative's old values, as src/cpu/history.c:
 *   C_i = m_{i-c} Phi_c + sum_{k>=1} weight_M[k] Phi_{i-k} + sum_{k>=1} m_{i-k} weight_F[k] + (1/h) sum_{s>=1} a_s Phi_{i-s}.
 * The steps of a tile share the cut c.  What is known when a tile begins goes into all of its steps at once; what the tile
 * itself adds follows step by step.
 *
 * ahead: 32 wave numbers per block, one per lane; the warps share the n/2 distances on either side of the cut.  For each 2 m^3
 * multiply-adds per step of the tile and 8 m^2 (1 + 4) bytes, most of them from the cache.
 * history: one thread per wave number; at most 2 (D + 1)/2 + 7 products. */
#include "evolution.cuh"

enum { SLICES = BLOCK / WARP_SIZE };

/* The tile of the step that comes. */
struct tile {
    int i, t, from, last, cut; /* step; number in the tile; first and last step of it */
};

__device__ static tile tile_of(const mct_clock &clock) {
    const int n = (int)clock.n, i = (int)clock.i + 1, t = (i - n / 2 - 1) % MCT_CUDA_TILE, from = i - t;
    const int last = from + MCT_CUDA_TILE - 1 < n ? from + MCT_CUDA_TILE - 1 : n, middle = (from + last) / 4;
    return {i, t, from, last, last - middle > n / 2 ? last - n / 2 : middle}; /* there are moments of n/2 cells */
}

/* The matrix that weighs a value at distance k in a sum that is cut after J cells. */
__device__ static int weight_of(int weight, int tail, int degree, int n, int J, int k) {
    const int full = J - (degree + 1) / 2;
    return k <= full ? weight + k : tail + (J - n / 4) * degree + k - full - 1;
}

/* sum += A B */
template <int m>
__device__ static void add_product(const mct_matrix<m> &A, const mct_matrix<m> &B, mct_matrix<m> *sum) {
    for (int r = 0; r < m; r++) {
        for (int k = 0; k < m; k++) {
            for (int c = 0; c < m; c++) sum->e[r][c] += A.e[r][k] * B.e[k][c];
        }
    }
}

template <int m> __global__ void __launch_bounds__(BLOCK) ahead_kernel(mct_cuda_steps v, int groups) {
    SHARED_ARRAY(double, part, SLICES *m *m *WARP_SIZE);
    const size_t point = blockIdx.x / (unsigned)groups;
    const int lane = (int)(threadIdx.x % WARP_SIZE), slice = (int)(threadIdx.x / WARP_SIZE);
    const int q = (int)(blockIdx.x % (unsigned)groups) * WARP_SIZE + lane;
    if (!mct_cuda_runs(v, point)) return;
    const tile now = tile_of(v.clocks[point]);
    if (now.t) return; /* in the middle of a tile */
    const int n = (int)v.clocks[point].n, behind = (v.degree - 1) / 2, count = now.last - now.from + 1;
    mct_matrix<m> sum[MCT_CUDA_TILE] = {};
    if (q < v.N) {
        for (int l = now.cut - behind + slice; l < now.from; l += SLICES) {
            const mct_matrix<m> F = mct_cuda_read<m>(v, point, v.at.F + l, (size_t)q);
            for (int t = 0; t < MCT_CUDA_TILE; t++) {
                const int i = now.from + t;
                if (t >= count) continue;
                const int weight = weight_of(v.at.weight_M, v.at.tail_M, v.degree, n, i - now.cut, i - l);
                add_product(mct_cuda_read<m>(v, point, weight, (size_t)q), F, &sum[t]);
            }
        }
        for (int l = now.from - now.cut - behind + slice; l < now.from; l += SLICES) {
            const mct_matrix<m> M = mct_cuda_read<m>(v, point, v.at.M + l, (size_t)q);
            for (int t = 0; t < MCT_CUDA_TILE; t++) {
                const int i = now.from + t;
                if (t >= count || l < i - now.cut - behind) continue;
                const int weight = weight_of(v.at.weight_F, v.at.tail_F, v.degree, n, now.cut, i - l);
                add_product(M, mct_cuda_read<m>(v, point, weight, (size_t)q), &sum[t]);
            }
        }
    }
    for (int t = 0; t < MCT_CUDA_TILE; t++) {
        for (int c = 0; c < m * m; c++) part[(slice * m * m + c) * WARP_SIZE + lane] = sum[t].e[c / m][c % m];
        __syncthreads();
        for (int c = slice; c < m * m && q < v.N; c += SLICES) {
            double all = 0.0;
            for (int s = 0; s < SLICES; s++) all += part[(s * m * m + c) * WARP_SIZE + lane];
            mct_cuda_at(v, point, v.at.ahead + t)[(size_t)c * (size_t)v.N + (size_t)q] = all;
        }
        __syncthreads(); /* before the next step of the tile is written */
    }
}

template <int m> __global__ void history_kernel(mct_cuda_steps v) {
    const mct_cuda_wave_number at = mct_cuda_wave_number_of(v);
    if (at.q >= (size_t)v.N || !mct_cuda_runs(v, at.point)) return;
    const mct_clock &clock = v.clocks[at.point];
    const tile now = tile_of(clock);
    const int n = (int)clock.n;
    mct_matrix<m> C = mct_cuda_read<m>(v, at.point, v.at.ahead + now.t, at.q);
    add_product(mct_cuda_read<m>(v, at.point, v.at.M + now.i - now.cut, at.q),
                mct_cuda_read<m>(v, at.point, v.at.F + now.cut, at.q), &C);
    for (int l = now.from; l < now.i; l++) {
        const int weight_M = weight_of(v.at.weight_M, v.at.tail_M, v.degree, n, now.i - now.cut, now.i - l);
        const int weight_F = weight_of(v.at.weight_F, v.at.tail_F, v.degree, n, now.cut, now.i - l);
        add_product(mct_cuda_read<m>(v, at.point, weight_M, at.q), mct_cuda_read<m>(v, at.point, v.at.F + l, at.q), &C);
        add_product(mct_cuda_read<m>(v, at.point, v.at.M + l, at.q), mct_cuda_read<m>(v, at.point, weight_F, at.q), &C);
    }
    const mct_scheme &scheme = v.scheme->scheme;
    for (int s = 1; s <= scheme.bdf; s++) {
        const double factor = scheme.derivative[s] / clock.step;
        const mct_matrix<m> F = mct_cuda_read<m>(v, at.point, v.at.F + now.i - s, at.q);
        for (int r = 0; r < m; r++) {
            for (int c = 0; c < m; c++) C.e[r][c] += factor * F.e[r][c];
        }
    }
    mct_cuda_write(mct_cuda_read<m>(v, at.point, v.at.A_inverse, at.q) * C, v, at.point, v.at.offset, at.q);
}

void mct_cuda_history(mct_cuda_evolution *e, const mct_cuda_steps &v) {
    const int groups = (v.N + WARP_SIZE - 1) / WARP_SIZE;
    const launch_shape ahead = {(unsigned)(v.points * groups), BLOCK};
    MCT_LAUNCH_FOR_SPECIES(e, v.m, ahead_kernel, ahead, v, groups);
    MCT_LAUNCH_FOR_SPECIES(e, v.m, history_kernel, mct_cuda_chunks(v), v);
}
