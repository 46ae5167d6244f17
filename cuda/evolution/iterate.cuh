/* iterate.cuh: the fixed point of a step, Phi_i = A^-1 (m_i B - C_i), by Anderson's acceleration, as
 * cpu/evolution/iterate.c. */
#ifndef MCT_ITERATE_CUH
#define MCT_ITERATE_CUH

#include "evolution/evolution.cuh"

/* Evaluations after which the secants are taken for misleading, each time again. */
enum { MCT_RESTART = 25 };

/* A secant of which less than this is left after the others, in squares, is none. */
static constexpr double mct_dependent = 1.0e-13;

/* ---- residual ------------------------------------------------------------------------------------------------------------ */

enum { MCT_CHUNK_WARPS = MCT_CUDA_CHUNK / WARP_SIZE };

/* r = A^-1 (M right) - offset - x at one wave number; the secant, its part of the norm and of the products. */
template <int m>
__device__ void mct_update_wave_number(const mct_cuda_steps &v, size_t point, size_t q, int pair, double *largest,
                                       double *sums) {
    const size_t N = (size_t)v.N;
    const mct_matrix<m> M = mct_matrix_read<m>(v.M + point * v.n, N, q), F = mct_cuda_response(v, point, q, M);
    const double *x = v.x + point * v.n;
    double *const base = mct_cuda_at(v, point, 0);
    for (int c = 0; c < m * m; c++) {
        const size_t at = (size_t)c * N + q;
        const double norm = base[(size_t)v.at.norm * v.n + at], weight = norm * norm;
        const double M_here = M.e[c / m][c % m], r = F.e[c / m][c % m] - x[at], value = fabs(norm * r);
        double dr_new = 0.0;
        *largest = mct_cuda_larger(*largest, isfinite(value) ? value : NAN); /* infinite is as bad */
        if (pair >= 0) {
            dr_new = r - base[(size_t)v.at.residual * v.n + at];
            base[(size_t)(v.at.dr + pair) * v.n + at] = dr_new;
            base[(size_t)(v.at.dM + pair) * v.n + at] = M_here - base[(size_t)v.at.kernel * v.n + at];
        }
        for (int j = 0; j < MCT_SECANTS; j++) {
            const double dr = base[(size_t)(v.at.dr + j) * v.n + at] * weight;
            sums[j] += dr * r;
            sums[MCT_SECANTS + j] += dr * dr_new;
        }
        base[(size_t)v.at.residual * v.n + at] = r;
        base[(size_t)v.at.kernel * v.n + at] = M_here;
    }
}

/* Residual, secant and their sums over each chunk of wave numbers; by the whole block, one thread per wave number q. */
template <int m> __device__ void mct_update(const mct_cuda_steps &v, size_t point, size_t q) {
    SHARED_ARRAY(double, part, (MCT_SUMS + 1) * BLOCK / WARP_SIZE);
    const unsigned sum = threadIdx.x % MCT_CUDA_CHUNK, first = threadIdx.x / MCT_CUDA_CHUNK * MCT_CHUNK_WARPS;
    double largest = 0.0, sums[MCT_SUMS] = {0.0};
    if (q < (size_t)v.N) mct_update_wave_number<m>(v, point, q, v.paces[point].pair, &largest, sums);
    for (int by = WARP_SIZE / 2; by; by /= 2) {
        largest = mct_cuda_larger(largest, __shfl_xor_sync(FULL_WARP, largest, by));
        for (int s = 0; s < MCT_SUMS; s++) sums[s] += __shfl_xor_sync(FULL_WARP, sums[s], by);
    }
    if (threadIdx.x % WARP_SIZE == 0) {
        double *const of_warp = part + threadIdx.x / WARP_SIZE * (MCT_SUMS + 1);
        for (int s = 0; s < MCT_SUMS; s++) of_warp[s] = sums[s];
        of_warp[MCT_SUMS] = largest;
    }
    __syncthreads();
    if (sum > MCT_SUMS || q / MCT_CUDA_CHUNK >= (size_t)v.chunks) return;
    mct_cuda_part *const out = &v.parts[point * (size_t)v.chunks + q / MCT_CUDA_CHUNK];
    double all = 0.0;
    for (unsigned w = first; w < first + MCT_CHUNK_WARPS; w++) {
        const double value = part[w * (MCT_SUMS + 1) + sum];
        all = sum < MCT_SUMS ? all + value : mct_cuda_larger(all, value);
    }
    if (sum < MCT_SECANTS) {
        out->with_residual[sum] = all;
    } else if (sum < MCT_SUMS) {
        out->with_new[sum - MCT_SECANTS] = all;
    } else {
        out->largest = all;
    }
}

/* ---- decision ------------------------------------------------------------------------------------------------------------ */

/* coefficient = argmin |r + sum c_j dr_j| over c from the products <dr_i, dr_j> and <dr_j, r>, newest first; by one thread.
 * A secant that depends on those before it gets a row of its own: 1 on the diagonal, 0 right. */
__device__ inline void mct_solve_secants(mct_clock &clock, const double *with_residual) {
    double A[MCT_SECANTS][MCT_SECANTS], y[MCT_SECANTS];
    bool kept[MCT_SECANTS];
    for (int a = 0; a < MCT_SECANTS; a++) { /* Cholesky, row by row, by age */
        const unsigned j = (clock.next + 2 * MCT_SECANTS - 1 - (unsigned)a) % MCT_SECANTS;
        const bool held = (unsigned)a < clock.pairs;
        const double own = held ? clock.gram[j][j] : 0.0;
        double pivot = own, right = held ? -with_residual[j] : 0.0;
        for (int k = 0; k < a; k++) {
            const unsigned i = (clock.next + 2 * MCT_SECANTS - 1 - (unsigned)k) % MCT_SECANTS;
            double sum = held && kept[k] ? clock.gram[j][i] : 0.0;
            for (int l = 0; l < k; l++) sum -= A[a][l] * A[k][l];
            A[a][k] = kept[k] ? sum / A[k][k] : 0.0;
            pivot -= A[a][k] * A[a][k];
            right -= A[a][k] * y[k];
        }
        kept[a] = held && pivot > mct_dependent * own;
        A[a][a] = kept[a] ? sqrt(pivot) : 1.0;
        y[a] = kept[a] ? right / A[a][a] : 0.0;
    }
    for (int a = MCT_SECANTS - 1; a >= 0; a--) {
        for (int l = a + 1; l < MCT_SECANTS; l++) y[a] -= kept[a] && kept[l] ? A[l][a] * y[l] : 0.0;
        y[a] /= A[a][a];
        clock.coefficient[(clock.next + 2 * MCT_SECANTS - 1 - (unsigned)a) % MCT_SECANTS] = y[a];
    }
}

__device__ inline void mct_keep_pair(mct_clock *clock, const double *with_new) {
    const unsigned slot = clock->next;
    for (unsigned j = 0; j < MCT_SECANTS; j++) clock->gram[slot][j] = clock->gram[j][slot] = with_new[j];
    clock->next = (slot + 1) % MCT_SECANTS;
    if (clock->pairs < MCT_SECANTS) clock->pairs++;
}

/* The wave number where the residual is largest, or first not finite; for all lanes. */
__device__ inline size_t mct_worst(const mct_cuda_steps &v, size_t point) {
    const double *r = mct_cuda_at(v, point, v.at.residual), *norm = mct_cuda_at(v, point, v.at.norm);
    double largest = -1.0;
    int found = v.N, bad = v.N;
    for (int q = (int)(threadIdx.x % WARP_SIZE); q < v.N; q += WARP_SIZE) {
        for (size_t at = (size_t)q; at < v.n; at += (size_t)v.N) {
            const double value = fabs(r[at] * norm[at]);
            if (!isfinite(value) && q < bad) bad = q;
            if (value > largest) largest = value, found = q;
        }
    }
    for (int by = WARP_SIZE / 2; by; by /= 2) {
        const double other = __shfl_xor_sync(FULL_WARP, largest, by);
        const int there = __shfl_xor_sync(FULL_WARP, found, by), other_bad = __shfl_xor_sync(FULL_WARP, bad, by);
        if (other > largest || (other == largest && there < found)) largest = other, found = there;
        if (other_bad < bad) bad = other_bad;
    }
    return (size_t)(bad < v.N ? bad : found);
}

/* Whether the secants make the values good enough. */
__device__ inline bool mct_is_settled(double tolerance, double residual, double contraction) {
    const double factor = fmax(contraction, MCT_CONTRACTION_LEAST);
    return residual <= tolerance || (contraction > 0.0 && factor * residual <= MCT_FORESEEN * tolerance);
}

/* Whether the point has settled or failed, and the coefficients of the secants.  By one warp. */
__device__ inline void mct_decide(const mct_cuda_steps &v, size_t point) {
    const unsigned lane = threadIdx.x % WARP_SIZE;
    const double largest = mct_cuda_largest(v, point);
    double sums[MCT_SUMS] = {0.0};
    for (int chunk = (int)lane; chunk < v.chunks; chunk += WARP_SIZE) {
        const mct_cuda_part &part = v.parts[point * (size_t)v.chunks + (size_t)chunk];
        for (int j = 0; j < MCT_SECANTS; j++) {
            sums[j] += part.with_residual[j];
            sums[MCT_SECANTS + j] += part.with_new[j];
        }
    }
    for (int by = WARP_SIZE / 2; by; by /= 2) {
        for (int s = 0; s < MCT_SUMS; s++) sums[s] += __shfl_xor_sync(FULL_WARP, sums[s], by);
    }
    const mct_clock &old = v.clocks[point];
    const double contraction =
        old.iterations > 0 ? fmax(largest / old.residual, MCT_REMEMBER * fabs(old.contraction)) : old.contraction;
    const bool finite = isfinite(largest), settled = mct_is_settled(v.tolerance, largest, contraction);
    const bool failed = !finite || (!settled && old.iterations + 1 >= v.iterations_max);
    const size_t place = failed ? mct_worst(v, point) : 0;
    __syncwarp(FULL_WARP); /* all have read the clock */
    if (lane != 0) return;
    mct_clock *const clock = &v.clocks[point];
    mct_cuda_pace *const pace = &v.paces[point];
    clock->iterations++;
    clock->evaluations++;
    clock->residual = largest;
    clock->contraction = contraction;
    if (failed) {
        clock->state = finite ? MCT_EVOLUTION_NOT_CONVERGED : MCT_EVOLUTION_NON_FINITE;
        clock->worst = place;
        pace->iterating = 0;
        return;
    }
    for (int s = 0; s < MCT_SUMS; s++) pace->sums[s] = sums[s]; /* nothing in registers is indexed by data */
    if (clock->iterations > 1) mct_keep_pair(clock, pace->sums + MCT_SECANTS);
    pace->iterating = !settled;
    pace->pair = (int)clock->next;
    if (!settled && clock->iterations % MCT_RESTART == 0) clock->pairs = 0;
    mct_solve_secants(*clock, pace->sums);
}

/* ---- acceleration -------------------------------------------------------------------------------------------------------- */

/* x: what the improved M makes, at one wave number. */
template <int m> __device__ void mct_mix(const mct_cuda_steps &v, size_t point, size_t q) {
    if (q >= (size_t)v.N) return;
    mct_matrix_write(mct_cuda_response(v, point, q, mct_cuda_improved<m>(v, point, q)), v.x + point * v.n, (size_t)v.N,
                     q);
}

#endif
