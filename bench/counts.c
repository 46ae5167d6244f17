/* counts.c: operations and bytes of one call, from the algorithms as they are written in src/cpu.
 *
 * A multiply-add is 2 flops.  m species, N wave numbers, B points; functions of a point (functions.c):
 *   f = m^2 + 2m + 1 (rank one) or 4m^2 (general), of which r = m^2 + m or 2 m^2 stand on the right (Y and V).
 *
 * direct      products of 2 weights tables (N^2 x N) with r right-hand sides: 2 r N^3, then 4 m^2 N^2 for the sums over
 *             j.  Dense: half of the weights are the zeros outside of the triangle region.  A derivative does it twice.
 *             The adjoint has m^2 right-hand sides for each table and 8 m^2 N^2 afterwards.
 *             Bytes: the weights, 16 N^3, once for every group of 16 points (adjoint: for every point).
 * factorized  6 multiply-adds for every lag i < N and j = -N ... N-1-i: 18 m^2 N^2.  A derivative does it twice;
 *             the adjoint convolves 12 times over lags -N ... N and N outputs, less what lies outside: 36 m^2 N^2.
 * fourier     with h = L/4: 2 f + 4 m^2 complex transforms of h at 5 h log2 h, and around them per function 3 N (load) +
 *             24 h (factors before and after), per component 26 h (product; derivative 2 x) + 20 h (even and odd lags) +
 *             32 N (lags, running sums, M).  What whole vectors waste on the last functions is not counted, nor are the
 *             few lags that one species sums plainly.  forward and inverse: the real transforms of length L that a
 *             program with a library for these would need, f and 3 m^2 (adjoint: the other way round).
 * On a device (bench_device_counts_of) kernels pass arrays through its memory, in doubles per point:
 *   direct      s = 1 + m (rank one) or 2 m^2 left functions, one multiply-add for each of them and each weight (of one
 *               table or the other), then 4 m^2 N^2 for the sums over l.  Of both packed tables, once per call: up to 4
 *               points what the warps read, one i and 32 l each; from there on tiles of 64 x 64, the whole of them, and
 *               the products, s N^2, written and read.  Counted exactly by weights_of.
 *   factorized  F, C, M, and functions and increments written and read: (3 m^2 + 2 f + 8 m^2) N
 *   fourier     with L = 3N and r2c and c2r transforms that read and write once: f 4 L (sequences, spectra) + m^2 9 L
 *               (spectra, what they leave) + m^2 6 N (F, what the sums read of it, M) + N (C; general: m^2 N); where the
 *               chunks are summed first (cuda/kernel/assemble.cuh) another m^2 4 N;
 *               operations: 5/2 L log2 L of each of f + 3 m^2 transforms, 4 N f + (18 L + 32 N) m^2 around them
 * A run in time on a device (bench_device_run_of), in doubles per element of a matrix function [m*m][N]: thinning and weights 20,
 * finished history 3 + 0.375 n, the rest of a step 40; an evaluation 21 besides the memory kernel.  Operations: 2 n m of the
 * history and 150 per step.  With one block per point the memory kernel is 18 m^2 N^2 operations and no bytes.
 * Bytes of factorized and fourier: F and M once and the images of f functions, written and read: what a call cannot
 * avoid to touch; it is in the cache for most N. */
#include <math.h>

#include "backend/automatic.h"
#include "bench.h"

enum { GROUP = 16 }; /* points that share one pass over the weights (direct.c) */

bench_counts bench_counts_of(const bench_case *c, size_t length) {
    const double N = (double)c->N, m = (double)c->species, mm = m * m, batch = (double)c->batch;
    const double f = c->rank_one ? mm + 2.0 * m + 1.0 : 4.0 * mm, right = c->rank_one ? mm + m : 2.0 * mm;
    const double twice = c->operation == BENCH_DERIVATIVE ? 2.0 : 1.0;
    const bool adjoint = c->operation == BENCH_ADJOINT;
    const double lags = N + (c->quadrature == MCT_QUADRATURE_CORRECTED ? 2.0 : 0.0), fields = 2.0 * 8.0 * mm * N;
    bench_counts counts = {.functions = f, .forward = (double)NAN, .inverse = (double)NAN};
    switch (c->algorithm) {
    case MCT_KERNEL_DIRECT:
        counts.flops =
            adjoint ? 4.0 * mm * N * N * N + 8.0 * mm * N * N : twice * (2.0 * right * N * N * N + 4.0 * mm * N * N);
        counts.bytes = batch * fields + 16.0 * N * N * N * (adjoint ? batch : ceil(batch / GROUP));
        break;
    case MCT_KERNEL_FACTORIZED:
        counts.flops = (adjoint ? 36.0 : 18.0 * twice) * mm * N * lags + 20.0 * mm * N;
        counts.bytes = batch * (fields + 2.0 * 8.0 * f * 4.0 * N);
        break;
    case MCT_KERNEL_AUTO:
    case MCT_KERNEL_FOURIER: {
        const double L = (double)length, h = 0.25 * L, transform = 5.0 * h * log2(h);
        counts.forward = adjoint ? 3.0 * mm : f;
        counts.inverse = adjoint ? f : 3.0 * mm;
        counts.flops = (2.0 * f + 4.0 * mm) * transform + f * (3.0 * N + 24.0 * h) +
                       mm * ((twice * 26.0 + 20.0) * h + 32.0 * lags);
        counts.bytes = batch * (fields + 2.0 * 8.0 * f * L);
        break;
    }
    }
    counts.flops *= batch;
    return counts;
}

/* Weights of one table that are used where `height` values of i and `width` of l share their rows j
 * (cuda/kernel/direct.cuh). */
static double weights_of(const bench_case *c, size_t height, size_t width) {
    const size_t N = c->N, wider = c->quadrature == MCT_QUADRATURE_CORRECTED ? 2 : 0;
    double sum = 0.0;
    for (size_t i = 0; i < N; i += height) {
        for (size_t l = 0; l < N; l += width) {
            const size_t i1 = i + height < N ? i + height - 1 : N - 1, l1 = l + width < N ? l + width - 1 : N - 1;
            const size_t apart = l > i1 ? l - i1 : i > l1 ? i - l1 : 0, low = apart > wider ? apart - wider : 0;
            const size_t above = i1 + l1 + wider + 1, end = above < N ? above : N;
            sum += (double)(height * width) * (double)(end - low);
        }
    }
    return sum;
}

/* Of the kernels in cuda/: rows and columns of a tile of weights, products at a time; wave numbers up to which a block sums what
 * is before it; launches besides the memory kernel's. */
enum { TILE = 64, PRODUCTS = 1024, FEW_CHUNKS = 1024, PER_EVALUATION = 3, PER_STEP = 5 };

/* An assumption: from the end of one kernel of a graph to the end of the next, if both do nothing. */
static const double launch_seconds = 2.5e-6;

bench_counts bench_device_counts_of(const bench_case *c) {
    const double N = (double)c->N, m = (double)c->species, mm = m * m, batch = (double)c->batch, L = 3.0 * N;
    const double f = c->rank_one ? mm + 2.0 * m + 1.0 : 4.0 * mm, left = c->rank_one ? 1.0 + m : 2.0 * mm;
    const bool few = c->batch <= MCT_AUTO_DEVICE_STREAMED_UP_TO, direct = c->algorithm == MCT_KERNEL_DIRECT;
    const double weights = !direct ? 0.0 : few ? weights_of(c, 1, 32) : weights_of(c, 64, 64);
    bench_counts counts = {.functions = f, .forward = f, .inverse = 3.0 * mm};
    switch (c->algorithm) {
    case MCT_KERNEL_DIRECT:
        counts.flops = left * 2.0 * weights + 4.0 * mm * N * N;
        counts.bytes = 8.0 * (2.0 * weights / batch + (few ? 0.0 : 2.0 * left * N * N));
        counts.launches = few ? 2.0 : 2.0 + 3.0 * pow(ceil(N / TILE), 2.0) * ceil(left * batch / PRODUCTS);
        break;
    case MCT_KERNEL_FACTORIZED:
        counts.flops = 18.0 * mm * N * N + 20.0 * mm * N;
        counts.bytes = 8.0 * (11.0 * mm + 2.0 * f) * N;
        counts.launches = N > FEW_CHUNKS ? 4.0 : 3.0;
        break;
    case MCT_KERNEL_AUTO:
    case MCT_KERNEL_FOURIER:
        counts.flops = (f + 3.0 * mm) * 2.5 * L * log2(L) + 4.0 * N * f + (18.0 * L + 32.0 * N) * mm;
        counts.bytes =
            8.0 * (f * 4.0 * L + mm * (9.0 * L + (N > FEW_CHUNKS ? 10.0 : 6.0) * N) + (c->rank_one ? 1.0 : mm) * N);
        counts.launches = 5.0 + (N > FEW_CHUNKS) + (c->species == 1);
        break;
    }
    counts.flops *= batch;
    counts.bytes *= batch;
    return counts;
}

bench_counts bench_device_run_of(const bench_case *c, size_t n, double steps, double evaluations) {
    const double N = (double)c->N, m = (double)c->species, elements = m * m * N, batch = (double)c->batch;
    const double per_step = 61.0 + 0.375 * (double)n, per_evaluation = 16.0;
    bench_case one = *c;
    one.batch = 1;
    const bench_counts kernel = bench_device_counts_of(&one);
    const bool blocks = c->algorithm == MCT_KERNEL_FACTORIZED;
    bench_counts counts = {.functions = kernel.functions};
    counts.bytes = 8.0 * elements * (per_step * steps + per_evaluation * evaluations) +
                   (blocks ? 0.0 : kernel.bytes * evaluations);
    counts.flops = elements * (2.0 * (double)n * m + 150.0) * steps + kernel.flops * evaluations;
    if (!blocks) /* of one point: the others go with it */
        counts.launches = (PER_STEP * steps + (kernel.launches + PER_EVALUATION) * evaluations) / batch;
    return counts;
}

double bench_device_seconds(const bench_counts *counts, double bytes_per_second, double flops_per_second) {
    return fmax(counts->bytes / bytes_per_second, counts->flops / flops_per_second) + counts->launches * launch_seconds;
}
