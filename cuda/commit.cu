/* commit.cu: the new values of a step into the history and into the window of rows; whether the point is done, as
 * src/cpu/commit.c.  One thread per wave number: m^3 multiply-adds, 8 m^2 7 bytes; then one warp per point. */
#include "evolution.cuh"

template <int m> __global__ void commit_kernel(mct_cuda_steps v) {
    SHARED_ARRAY(double, part, MCT_CUDA_CHUNK / WARP_SIZE);
    const mct_cuda_wave_number at = mct_cuda_wave_number_of(v);
    if (!mct_cuda_runs(v, at.point)) return;
    const int i = (int)v.clocks[at.point].i + 1;
    double largest = 0.0;
    if (at.q < (size_t)v.N) {
        const size_t N = (size_t)v.N;
        const mct_matrix<m> M = mct_matrix_read<m>(v.M + at.point * v.n, N, at.q);
        mct_cuda_write(M * mct_cuda_read<m>(v, at.point, v.at.W_inverse, at.q), v, at.point, v.at.M + i, at.q);
        const mct_matrix<m> F =
            mct_matrix_read<m>(v.x + at.point * v.n, N, at.q) + mct_cuda_read<m>(v, at.point, v.at.residual, at.q);
        mct_cuda_write(F, v, at.point, v.at.F + i, at.q);
        mct_matrix_write(F, v.row + mct_cuda_row(v, at.point) * v.n, N, at.q);
        const double *norm = mct_cuda_at(v, at.point, v.at.norm) + at.q;
        for (int mu = 0; mu < m; mu++) {
            largest = mct_cuda_larger(largest, fabs(F.e[mu][mu] * norm[(size_t)(mu * (m + 1)) * N]));
        }
    }
    for (int by = WARP_SIZE / 2; by; by /= 2)
        largest = mct_cuda_larger(largest, __shfl_xor_sync(FULL_WARP, largest, by));
    if (threadIdx.x % WARP_SIZE == 0) part[threadIdx.x / WARP_SIZE] = largest;
    __syncthreads();
    if (threadIdx.x == 0) {
        for (int w = 1; w < MCT_CUDA_CHUNK / WARP_SIZE; w++) largest = mct_cuda_larger(largest, part[w]);
        v.parts[at.point * (size_t)v.chunks + at.q / MCT_CUDA_CHUNK].largest = largest;
    }
}

__global__ static void tick_kernel(mct_cuda_steps v) {
    const size_t point = mct_cuda_warp();
    if (point >= (size_t)v.points || !mct_cuda_runs(v, point)) return; /* whole warps */
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

void mct_cuda_commit(mct_cuda_evolution *e) {
    const mct_cuda_steps &v = e->steps;
    MCT_LAUNCH_FOR_SPECIES(e, v.m, commit_kernel, mct_cuda_chunks(v), v);
    if (e->follower) mct_cuda_displacement_step(e);
    mct_cuda_note(e->cuda, launch<tick_kernel>(mct_cuda_warps(v), mct_cuda_stream(), v));
}
