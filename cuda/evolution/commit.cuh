/* commit.cuh: the new values of a step into the history and into the window of rows; whether the point is done, as
 * src/cpu/evolution/commit.c. */
#ifndef MCT_COMMIT_CUH
#define MCT_COMMIT_CUH

#include "evolution/evolution.cuh"

/* F that the improved M makes, m = M W^-1, the row, the largest Phi_mm/S_mm of each chunk; by the whole block, one thread per
 * wave number. */
template <int m> __device__ void mct_commit(const mct_cuda_steps &v, size_t point, size_t q) {
    const int i = (int)v.clocks[point].i + 1;
    double largest = 0.0;
    if (q < (size_t)v.N) {
        const size_t N = (size_t)v.N;
        const mct_matrix<m> M = mct_cuda_improved<m>(v, point, q), F = mct_cuda_response(v, point, q, M);
        mct_cuda_write(M * mct_cuda_read<m>(v, point, v.at.W_inverse, q), v, point, v.at.M + i, q);
        mct_cuda_write(F, v, point, v.at.F + i, q);
        const size_t row = mct_cuda_row(v, point);
        for (int c = 0; c < m * m; c++) mct_cuda_keep(v, row, c, q, F.e[c / m][c % m]);
        const double *norm = mct_cuda_at(v, point, v.at.norm) + q;
        for (int mu = 0; mu < m; mu++) {
            largest = mct_cuda_larger(largest, fabs(F.e[mu][mu] * norm[(size_t)(mu * (m + 1)) * N]));
        }
    }
    mct_cuda_keep_largest(v, point, q, largest);
}

/* The clock of a step that has been made; by one warp. */
__device__ inline void mct_tick(const mct_cuda_steps &v, size_t point) {
    const double largest = mct_cuda_largest(v, point);
    if (threadIdx.x % WARP_SIZE != 0) return;
    mct_clock *const clock = &v.clocks[point];
    clock->i++;
    clock->time = v.times[mct_cuda_row(v, point)] = (double)clock->i * clock->step;
    clock->rows++;
    clock->largest = largest;
    clock->steps++;
    if (largest < v.decayed) {
        clock->state = MCT_EVOLUTION_DECAYED;
    } else if (clock->time >= v.until) {
        clock->state = MCT_EVOLUTION_UNTIL;
    }
}

#endif
