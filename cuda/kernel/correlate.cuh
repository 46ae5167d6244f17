/* correlate.cuh: the correlations of the increment form and their running sums, by a block that has the functions of its point in
 * shared memory; factorized.cuh has the same for functions anywhere.
 *
 * Sequences t = kX (odd about -1/2) and e = k^2 X (even), in pairs, are written out for -N <= j < N and end in zeros, so that no
 * sum asks where it is.  A thread has MCT_LAGS lags in a row of one component and goes through j with a window of y, then of v,
 * in registers: for 6 MCT_LAGS multiply-adds it reads x and u at one place, which its neighbours read too, and one new y and v.
 * A warp's are 10 times 128 bytes of shared memory, in 60 cycles of the double-precision units of a quarter of a multiprocessor of
 * compute capability 9.0; four quarters take 40 of 60 cycles of shared memory.  Neighbouring threads have the components of the
 * same lags, an odd number apart from the next: what eight threads read (m <= 2) lies in different banks. */
#ifndef MCT_CORRELATE_CUH
#define MCT_CORRELATE_CUH

#include "kernel/functions.cuh"
#include "kernel/increments.cuh"

enum { MCT_LAGS = 5, MCT_SLICES_MAX = 4 };

/* t and e of a function at some j. */
using mct_pair = double2;

/* Pairs of a sequence: zeros for a window and a step beyond the end; 2 modulo 8 for the banks. */
__host__ __device__ inline int mct_sequence_size(int N) {
    return (2 * N + 3 * MCT_LAGS + 5) / 8 * 8 + 2;
}

/* Doubles of shared memory for N wave numbers: sequences [functions][size], terms of running sums [mm][3][N + 2]. */
__host__ __device__ inline size_t mct_correlate_shared(int N, int functions, int mm) {
    return (size_t)functions * 2 * (size_t)mct_sequence_size(N) + (size_t)mm * MCT_RUNNING * (size_t)(N + 2);
}

/* The zeros, which stay; by the whole block. */
__device__ inline void mct_clear_sequences(const mct_cuda_view &v, size_t point, mct_pair *sequences) {
    const int size = mct_sequence_size(v.N), zeros = size - 2 * v.N;
    const int work = mct_cuda_functions_of(v.rank_one[point], v.m) * zeros;
    for (int at = (int)threadIdx.x; at < work; at += BLOCK) {
        sequences[at / zeros * size + 2 * v.N + at % zeros] = make_double2(0.0, 0.0);
    }
}

/* All functions of F = G = x; by the whole block. */
__device__ inline void mct_fill_sequences(const mct_cuda_view &v, size_t point, const double *x, mct_pair *sequences) {
    const int N = v.N, size = mct_sequence_size(N), work = mct_cuda_functions_of(v.rank_one[point], v.m) * N;
    for (int at = (int)threadIdx.x; at < work; at += BLOCK) {
        const int f = at / N, q = at % N;
        const double k = v.k[q], t = k * mct_function(v, point, f, (size_t)q, x, x);
        mct_pair *const middle = sequences + f * size + N;
        middle[q] = make_double2(t, k * t);
        middle[-1 - q] = make_double2(-t, k * t);
    }
}

/* Adds what x and y (`first_pair`: K1, O and K3) or u and v (K2 and K3) give at a lag and those that follow, the left one at some
 * j, the right one at j plus the lag, over `turns` times MCT_LAGS values of j. */
template <bool first_pair>
__device__ void mct_add_lags(const mct_pair *left, const mct_pair *right, int turns, double (*sum)[MCT_LAGS]) {
    enum { LAST = MCT_LAGS - 1 };
    mct_pair near[MCT_LAGS];
    UNROLL
    for (int s = 0; s < LAST; s++) near[s] = right[s];
    for (int turn = 0; turn < turns; turn++, left += MCT_LAGS, right += MCT_LAGS) {
        UNROLL
        for (int r = 0; r < MCT_LAGS; r++) { /* the window turns instead of moving */
            near[(r + LAST) % MCT_LAGS] = right[r + LAST];
            const mct_pair X = left[r];
            UNROLL
            for (int s = 0; s < MCT_LAGS; s++) {
                const mct_pair Y = near[(r + s) % MCT_LAGS];
                if (first_pair) {
                    sum[0][s] += X.x * Y.x;
                    sum[2][s] += X.y * Y.x;
                    sum[2][s] += X.x * Y.y;
                    sum[3][s] += X.y * Y.y;
                } else {
                    sum[1][s] += X.x * Y.x;
                    sum[3][s] -= X.y * Y.y;
                }
            }
        }
    }
}

/* What a thread has summed. */
struct mct_lag_sums {
    const double (*sum)[MCT_LAGS];
    int first; /* lag */
    __device__ mct_increment at(const mct_cuda_view &, size_t, int lag) const {
        const int s = lag - first;
        return {sum[0][s] + sum[1][s], sum[2][s], sum[3][s], sum[0][s] - sum[1][s]};
    }
};

/* The terms of the running sums at some lags in a row, onto `terms` [3][N + 2], or into it. */
__device__ inline void mct_keep_lags(const mct_cuda_view &v, int lag, const double (*sum)[MCT_LAGS], bool add,
                                     double *terms) {
    const mct_lag_sums increments = {sum, lag};
    UNROLL
    for (int s = 0; s < MCT_LAGS; s++) {
        double term[MCT_RUNNING];
        if (lag + s >= v.lags) continue;
        mct_increment_terms(v, increments, 0, lag + s, term);
        for (int k = 0; k < MCT_RUNNING; k++) {
            double *const to = terms + k * (v.N + 2) + lag + s;
            *to = add ? *to + term[k] : term[k];
        }
    }
}

/* The terms of the running sums of all components; by the whole block, ends with a barrier.  Where there are fewer groups of lags than threads,
 * slices of j share them and add theirs in turn; for N <= 256 there are not more with two species. */
template <int m>
__device__ void mct_correlate_point(const mct_cuda_view &v, size_t point, const mct_pair *sequences, double *terms) {
    const int size = mct_sequence_size(v.N), columns = (v.lags + MCT_LAGS - 1) / MCT_LAGS * (m * m);
    const int together = columns < BLOCK ? columns : BLOCK;
    const int slices = BLOCK / together < MCT_SLICES_MAX ? BLOCK / together : MCT_SLICES_MAX;
    const int slice = (int)threadIdx.x / together;
    for (int first = 0; first < (m < 3 ? 1 : columns); first += together) {
        const int column = first + (int)threadIdx.x % together, c = column % (m * m), lag = column / (m * m) * MCT_LAGS;
        const bool works = column < columns && slice < slices;
        double sum[4][MCT_LAGS] = {};
        if (works) {
            const mct_cuda_term term = mct_cuda_term_of(v.rank_one[point], m, c);
            const int turns = (2 * v.N - lag + MCT_LAGS - 1) / MCT_LAGS;
            const int turn = turns * slice / slices, from = turn * MCT_LAGS;
            const mct_pair *const left = sequences + from, *const right = left + lag;
            const int some = turns * (slice + 1) / slices - turn;
            mct_add_lags<true>(left + term.x * size, right + term.y * size, some, sum);
            mct_add_lags<false>(left + term.u * size, right + term.v * size, some, sum);
        }
        for (int s = 0; s < slices; s++) {
            if (works && s == slice) mct_keep_lags(v, lag, sum, s > 0, terms + c * MCT_RUNNING * (v.N + 2));
            __syncthreads();
        }
    }
}

/* What a running sum adds at i: the term, or its corrected form; terms are even in i. */
__device__ inline double mct_corrected_term(const double *term, int i, bool corrected) {
    double sum = term[i];
    if (corrected) {
        const double weight[3] = MCT_CORRECTED_WEIGHTS;
        sum *= weight[0];
        for (int by = 1; by <= 2; by++) sum += weight[by] * (term[i < by ? by - i : i - by] + term[i + by]);
    }
    return i ? sum : 0.5 * sum;
}

/* Running sums of all terms in their place, for N <= 256: a warp for each, eight elements in a row for a lane. */
__device__ inline void mct_sum_terms(const mct_cuda_view &v, double *terms) {
    enum { IN_A_ROW = BLOCK / WARP_SIZE };
    const int lane = (int)(threadIdx.x % WARP_SIZE), each = (v.N + WARP_SIZE - 1) / WARP_SIZE;
    for (int scan = (int)(threadIdx.x / WARP_SIZE); scan < MCT_RUNNING * v.mm; scan += BLOCK / WARP_SIZE) {
        double *const term = terms + scan * (v.N + 2);
        double value[IN_A_ROW], sum = 0.0;
        UNROLL
        for (int e = 0; e < IN_A_ROW; e++) {
            const int i = lane * each + e;
            if (e < each && i < v.N) sum += mct_corrected_term(term, i, v.corrected);
            value[e] = sum;
        }
        double before = sum;
        for (int by = 1; by < WARP_SIZE; by *= 2) {
            const double left = __shfl_up_sync(FULL_WARP, before, (unsigned)by);
            if (lane >= by) before += left;
        }
        before -= sum; /* and all lanes have read */
        UNROLL
        for (int e = 0; e < IN_A_ROW; e++) {
            const int i = lane * each + e;
            if (e < each && i < v.N) term[i] = before + value[e];
        }
    }
}

/* Component c of M at wave number i from the running sums. */
__device__ inline double mct_memory_at(const mct_cuda_view &v, size_t point, int c, int i, const double *terms) {
    const int pitch = v.N + 2;
    const double *const here = terms + c * MCT_RUNNING * pitch + i, sums[] = {here[0], here[pitch], here[2 * pitch]};
    return mct_of_running_sums(v, point, (size_t)c, i, sums);
}

#endif
