/* start.cu: the Taylor series Phi = sum a_n t^n, m = sum b_n t^n up to the middle of the first block, as
 * cpu/evolution/start.c:
 *   (n+1) a_{n+1} = -Gamma a_n - sum_{k+l=n, l>=1} k! l!/n! b_k a_l,   b_n = sum_{i+j=n} M[a_i, a_j] W^-1.
 * Time is counted in steps, so that a_n stands for a_n h^n.  Series [taylor + 1][points][n].
 *
 * (taylor + 1)(taylor + 2)/2 evaluations of the memory kernel, then one thread per element and grid point. */
#include "evolution/evolution.cuh"

/* b_n += M W^-1, from 0 if `first`. */
template <int m> __global__ void add_memory_kernel(mct_cuda_steps v, bool first, double *b) {
    const mct_cuda_wave_number at = mct_cuda_wave_number_of(v);
    if (at.q >= (size_t)v.N || !mct_cuda_runs(v, at.point)) return;
    const size_t N = (size_t)v.N, here = at.point * v.n;
    mct_matrix<m> sum = mct_matrix_read<m>(v.M + here, N, at.q) * mct_cuda_read<m>(v, at.point, v.at.W_inverse, at.q);
    if (!first) sum = sum + mct_matrix_read<m>(b + here, N, at.q);
    mct_matrix_write(sum, b + here, N, at.q);
}

/* a_0 = S; the kernel reads it as rows. */
__global__ static void first_kernel(mct_cuda_steps v, double *a) {
    const mct_cuda_item at = mct_cuda_item_of(v.n);
    if (at.index < v.n) a[at.point * v.n + at.index] = mct_cuda_at(v, at.point, v.at.S)[at.index];
}

/* a_{n+1} from a_0 ... a_n and b_0 ... b_{n-1}; all[k] is `pitch` doubles from all[0]. */
template <int m> __global__ void next_kernel(mct_cuda_steps v, int n, size_t pitch, double *a, const double *b) {
    const mct_cuda_wave_number at = mct_cuda_wave_number_of(v);
    if (at.q >= (size_t)v.N || !mct_cuda_runs(v, at.point)) return;
    const size_t N = (size_t)v.N, here = at.point * v.n;
    const double factor = -v.clocks[at.point].step / (n + 1);
    mct_matrix<m> sum =
        mct_cuda_read<m>(v, at.point, v.at.Gamma, at.q) * mct_matrix_read<m>(a + (size_t)n * pitch + here, N, at.q);
    for (int l = 1; l <= n; l++) {
        const double beta = v.scheme->beta[n - l][l];
        const mct_matrix<m> term = mct_matrix_read<m>(b + (size_t)(n - l) * pitch + here, N, at.q) *
                                   mct_matrix_read<m>(a + (size_t)l * pitch + here, N, at.q);
        for (int c = 0; c < m * m; c++) sum.e[c / m][c % m] += beta * term.e[c / m][c % m];
    }
    for (int c = 0; c < m * m; c++) sum.e[c / m][c % m] *= factor;
    mct_matrix_write(sum, a + (size_t)(n + 1) * pitch + here, N, at.q);
}

/* sum c_n t^n, c_n `pitch` apart */
__device__ static double series(const double *c, size_t pitch, int terms, double t) {
    double sum = 0.0;
    for (int n = terms - 1; n >= 0; n--) sum = sum * t + c[(size_t)n * pitch];
    return sum;
}

/* Grid point i of an element of Phi or m, and the moments of the cell that ends there. */
__global__ static void fill_kernel(mct_cuda_steps v, int half, size_t pitch, const double *a, const double *b) {
    const size_t work = 2 * v.n * (size_t)(half + 1);
    const mct_cuda_item item = mct_cuda_item_of(work);
    if (item.index >= work || !mct_cuda_runs(v, item.point)) return;
    const int i = (int)(item.index / (2 * v.n)), terms = v.scheme->scheme.taylor + 1, D = v.degree;
    const size_t at = item.index % v.n;
    const bool of_F = item.index / v.n % 2 == 0;
    const double *c = (of_F ? a : b) + item.point * v.n + at;
    const double value = series(c, pitch, terms, i);
    mct_cuda_at(v, item.point, (of_F ? v.at.F : v.at.M) + i)[at] = value;
    if (of_F) {
        mct_cuda_keep(v, item.point * v.window + (size_t)i, (int)(at / (size_t)v.N), at % (size_t)v.N, value);
    }
    if (of_F && at == 0) v.times[item.point * v.window + (size_t)i] = i * v.clocks[item.point].step;
    if (i == 0) return;
    for (int p = 0; p < D; p++) {
        double sum = 0.0;
        for (int s = 0; s < MCT_QUADRATURE_NODES; s++) {
            sum += v.scheme->quadrature[p][s] * series(c, pitch, terms, i - 0.5 + 0.5 * v.scheme->node[s]);
        }
        mct_cuda_at(v, item.point, (of_F ? v.at.moment_F : v.at.moment_M) + (i - 1) * D + p)[at] = sum;
    }
}

/* The clocks in the middle of the first block. */
__global__ static void begun_kernel(mct_cuda_steps v, int half, int evaluations) {
    const size_t point = (size_t)blockIdx.x * BLOCK + threadIdx.x;
    if (point >= (size_t)v.points) return;
    const bool runs = mct_cuda_runs(v, point);
    v.paces[point].turn = runs ? MCT_TURN_OPEN : MCT_TURN_NONE;
    if (!runs) return;
    mct_clock *const clock = &v.clocks[point];
    clock->i = (size_t)half;
    clock->time = half * clock->step;
    clock->rows = (size_t)half + 1;
    clock->evaluations += (unsigned long)evaluations;
}

void mct_cuda_start_from(mct_cuda_evolution *e, const mct_cuda_steps &v, const double *a, const double *b) {
    const size_t middle = e->shape.steps_per_block / 2;
    mct_cuda_note(e->cuda, launch<fill_kernel>(mct_cuda_over(2 * v.n * (middle + 1), (size_t)v.points),
                                               mct_cuda_stream(), v, (int)middle, (size_t)v.points * v.n, a, b));
}

void mct_cuda_start(mct_cuda_evolution *e) {
    const mct_cuda_steps &v = e->steps;
    const cudaStream_t stream = mct_cuda_stream();
    mct_cuda_settle_points(e);
    const int terms = e->shape.scheme.taylor + 1;
    const size_t points = e->shape.points, pitch = points * v.n;
    double *const a = e->series, *const b = a + (size_t)terms * pitch;
    mct_cuda_note(e->cuda, launch<first_kernel>(mct_cuda_over(v.n, points), stream, v, a));
    for (int n = 0; n < terms; n++) {
        double *const b_n = b + (size_t)n * pitch;
        for (int i = 0; i <= n; i++) {
            mct_cuda_apply(e->cuda, 0, points, a + (size_t)i * pitch, a + (size_t)(n - i) * pitch, v.M);
            MCT_LAUNCH_FOR_SPECIES(e, v.m, add_memory_kernel, mct_cuda_chunks(v), v, i == 0, b_n);
        }
        if (n + 1 < terms) MCT_LAUNCH_FOR_SPECIES(e, v.m, next_kernel, mct_cuda_chunks(v), v, n, pitch, a, b);
    }
    mct_cuda_start_from(e, v, a, b);
    if (e->follower) mct_cuda_displacement_start(e);
    mct_cuda_note(e->cuda, launch<begun_kernel>({(unsigned)((points + BLOCK - 1) / BLOCK), BLOCK}, stream, v,
                                                (int)(e->shape.steps_per_block / 2), terms * (terms + 1) / 2));
    mct_cuda_open_blocks(e);
}
