/* decimate.cu: from block to block: two cells become one and the step doubles; in the final decay, where everything happens
 * within one decade, the resolution doubles instead.  As src/cpu/decimate.c and the loops it calls.
 *
 *   change   one thread per wave number, sums per chunk       turn     one warp per point: the clock
 *   open     one thread per element of Phi and of m: moments and weights of all cells, D (D + 2) multiply-adds and
 *            8 (3 D + 2) bytes each                            prepare  one thread per wave number: A^-1 */
#include "evolution.cuh"

/* All Phi_mm/S_mm below this: the final decay. */
static const double final_decay = 0.1;
/* Blocks without change that make a plateau: a decade and more. */
enum { QUIET = 4 };

/* ---- moments and weights of one element over the cells; value, moments, ... at its place, `size` apart ---------------------- */

/* mu [D] of cell j from grid values known up to n; its D + 1 nodes end there at the latest. */
template <int D>
__device__ static void cell(const mct_scheme &scheme, const double *value, size_t size, int j, int n, double *mu) {
    const int central = (D - 1) / 2, beyond = n - j, r = beyond < D - 1 - central ? D - 1 - beyond : central;
    const double *from = value + (size_t)(j - 1 - r) * size;
    for (int p = 0; p < D; p++) mu[p] = 0.0;
    for (int nu = 0; nu <= D; nu++) {
        const double f = from[(size_t)nu * size];
        for (int p = 0; p < D; p++) mu[p] += scheme.moment[r][p][nu] * f;
    }
}

template <int D> __device__ static void read_moments(const double *from, size_t size, double *mu) {
    for (int p = 0; p < D; p++) mu[p] = from[(size_t)p * size];
}

template <int D> __device__ static void write_moments(const double *mu, size_t size, double *to) {
    for (int p = 0; p < D; p++) to[(size_t)p * size] = mu[p];
}

/* Two cells become one; exact.  mu'_p = (1/2) sum_s T_ps (mu_right + (-1)^(p+s) mu_left)_s. */
template <int D>
__device__ static void join(const mct_scheme &scheme, const double *left, const double *right, double *mu) {
    for (int p = 0; p < D; p++) {
        mu[p] = 0.0;
        for (int s = 0; s <= p; s++) {
            mu[p] += 0.5 * scheme.thinning[p][s] * ((p + s) % 2 ? right[s] - left[s] : right[s] + left[s]);
        }
    }
}

/* n cells and grid points to n/2 of twice the length; moments of the later half from the grid points. */
template <int D>
__device__ static void thin(const mct_scheme &scheme, double *value, size_t size, int n, double *moments) {
    for (int j = 1; j <= n / 2; j++) {
        double left[D], right[D], mu[D];
        if (2 * j <= n / 2) {
            read_moments<D>(moments + (size_t)(2 * j - 2) * D * size, size, left);
            read_moments<D>(moments + (size_t)(2 * j - 1) * D * size, size, right);
        } else {
            cell<D>(scheme, value, size, 2 * j - 1, n, left);
            cell<D>(scheme, value, size, 2 * j, n, right);
        }
        join<D>(scheme, left, right, mu);
        write_moments<D>(mu, size, moments + (size_t)(j - 1) * D * size);
    }
    for (int j = 1; j <= n / 2; j++) value[(size_t)j * size] = value[(size_t)(2 * j) * size];
}

/* Moments of the cells n/2 + 1 ... n. */
template <int D>
__device__ static void new_cells(const mct_scheme &scheme, const double *value, size_t size, int n, double *moments) {
    for (int j = n / 2 + 1; j <= n; j++) {
        double mu[D];
        cell<D>(scheme, value, size, j, n, mu);
        write_moments<D>(mu, size, moments + (size_t)(j - 1) * D * size);
    }
}

/* Cell by cell; `open` are the weights of the D + 1 distances that the coming cells still add to.  Where the sum is cut
 * after J cells, they are the weights as they stand. */
template <int D>
__device__ static void weights(const mct_scheme &scheme, const double *moments, size_t size, int cells, int tails,
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
        read_moments<D>(moments + (size_t)(j - 1) * D * size, size, mu);
        for (int nu = 0; nu <= D; nu++) {
            for (int p = 0; p < D; p++) open[D - nu] += scheme.weight[r][p][nu] * mu[p];
        }
        for (int k = 1; k <= D && j >= tails; k++) tail[(size_t)((j - tails) * D + k - 1) * size] = open[k];
    }
    weight[(size_t)(cells - half) * size] = open[0];
}

/* ---- kernels ------------------------------------------------------------------------------------------------------------- */

__device__ static bool at_end(const mct_cuda_steps &v, size_t point) {
    return mct_cuda_runs(v, point) && v.clocks[point].i >= v.clocks[point].n;
}

__global__ static void change_kernel(mct_cuda_steps v) {
    SHARED_ARRAY(double, part, MCT_CUDA_CHUNK / WARP_SIZE);
    const mct_cuda_wave_number at = mct_cuda_wave_number_of(v);
    if (!at_end(v, at.point)) return;
    const int n = (int)v.clocks[at.point].n;
    const double *now = mct_cuda_at(v, at.point, v.at.F + n), *before = mct_cuda_at(v, at.point, v.at.F + n / 2);
    const double *norm = mct_cuda_at(v, at.point, v.at.norm);
    double largest = 0.0;
    for (size_t i = at.q; at.q < (size_t)v.N && i < v.n; i += (size_t)v.N) {
        largest = mct_cuda_larger(largest, fabs(norm[i] * (now[i] - before[i])));
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

__global__ static void turn_kernel(mct_cuda_steps v, mct_cuda_gate gate) {
    const size_t point = mct_cuda_warp();
    if (point == 0 && threadIdx.x == 0 && gate.used) cudaGraphSetConditional(gate.condition, 0);
    if (point >= (size_t)v.points) return; /* whole warps */
    const bool ends = at_end(v, point);
    const double change = ends ? mct_cuda_largest(v, point) : 0.0;
    __syncwarp(FULL_WARP); /* all have read the clock */
    if (threadIdx.x % WARP_SIZE != 0) return;
    mct_clock *const clock = &v.clocks[point];
    mct_cuda_pace *const pace = &v.paces[point];
    pace->turn = MCT_TURN_NONE;
    if (!ends) return;
    clock->blocks++;
    clock->quiet = change <= v.plateau ? clock->quiet + 1 : 0;
    if (clock->quiet >= QUIET) {
        clock->state = MCT_EVOLUTION_PLATEAU;
        return;
    }
    pace->n = (int)clock->n;
    if (clock->largest < final_decay && clock->doublings < v.doublings) {
        pace->turn = MCT_TURN_EXTEND;
        clock->n *= 2;
        clock->doublings++;
    } else {
        pace->turn = MCT_TURN_THIN;
        clock->i = clock->n / 2;
        clock->step *= 2.0;
    }
}

template <int D> __global__ void open_kernel(mct_cuda_steps v) {
    const mct_cuda_item at = mct_cuda_item_of(2 * v.n);
    if (at.index >= 2 * v.n) return;
    const mct_cuda_pace &pace = v.paces[at.point];
    if (pace.turn == MCT_TURN_NONE) return;
    const bool of_F = at.index < v.n;
    const mct_scheme &scheme = v.scheme->scheme;
    double *const base = mct_cuda_at(v, at.point, 0) + at.index % v.n;
    double *const value = base + (size_t)(of_F ? v.at.F : v.at.M) * v.n;
    double *const moments = base + (size_t)(of_F ? v.at.moment_F : v.at.moment_M) * v.n;
    if (pace.turn == MCT_TURN_THIN) thin<D>(scheme, value, v.n, pace.n, moments);
    if (pace.turn == MCT_TURN_EXTEND) new_cells<D>(scheme, value, v.n, pace.n, moments);
    const int n = (int)v.clocks[at.point].n;
    weights<D>(scheme, moments, v.n, n / 2, n / 4, base + (size_t)(of_F ? v.at.weight_F : v.at.weight_M) * v.n,
               base + (size_t)(of_F ? v.at.tail_F : v.at.tail_M) * v.n);
}

/* A = a_0/h + Gamma + W_M0 -> A^-1; W^-1 (S - W_F0) */
template <int m> __global__ void prepare_kernel(mct_cuda_steps v) {
    const mct_cuda_wave_number at = mct_cuda_wave_number_of(v);
    if (at.q >= (size_t)v.N || v.paces[at.point].turn == MCT_TURN_NONE) return;
    const double shift = v.scheme->scheme.derivative[0] / v.clocks[at.point].step;
    mct_matrix<m> A =
        mct_cuda_read<m>(v, at.point, v.at.Gamma, at.q) + mct_cuda_read<m>(v, at.point, v.at.weight_M, at.q);
    mct_matrix<m> one = {};
    for (int r = 0; r < m; r++) {
        A.e[r][r] += shift;
        one.e[r][r] = 1.0;
    }
    mct_cuda_write(mct_matrix_solve(A, one), v, at.point, v.at.A_inverse, at.q);
    const mct_matrix<m> B =
        mct_cuda_read<m>(v, at.point, v.at.S, at.q) - mct_cuda_read<m>(v, at.point, v.at.weight_F, at.q);
    mct_cuda_write(mct_cuda_read<m>(v, at.point, v.at.W_inverse, at.q) * B, v, at.point, v.at.right, at.q);
}

static void open_blocks(mct_cuda_evolution *e, const mct_cuda_steps &v) {
    const launch_shape elements = mct_cuda_over(2 * v.n, (size_t)v.points);
    MCT_LAUNCH_FOR_DEGREE(e, v.degree, open_kernel, elements, v);
    MCT_LAUNCH_FOR_SPECIES(e, v.m, prepare_kernel, mct_cuda_chunks(v), v);
}

void mct_cuda_open_blocks(mct_cuda_evolution *e) {
    open_blocks(e, e->steps);
    if (e->follower) open_blocks(e, e->follower->steps);
}

void mct_cuda_decimate(mct_cuda_evolution *e, mct_cuda_gate gate) {
    const mct_cuda_steps &v = e->steps;
    mct_cuda_note(e->cuda, launch<change_kernel>(mct_cuda_chunks(v), mct_cuda_stream(), v));
    mct_cuda_note(e->cuda, launch<turn_kernel>(mct_cuda_warps(v), mct_cuda_stream(), v, gate));
    mct_cuda_open_blocks(e);
}
