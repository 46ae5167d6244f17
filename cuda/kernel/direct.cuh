/* direct.cuh: the vertex weights of `direct` on a device, packed in tiles.
 *
 * M(q_i) = prefactor sum_l { Y_l sum_j X_j G1[i][j][l] + V_l sum_j U_j G2[i][j][l] }: nothing but |j - l| <= i <= j + l counts
 * (2 wider each with the corrected quadrature), half of the N^3 triples.  A tile belongs to TILE rows i and TILE columns l and
 * holds the rows j that any of its pairs (i, l) needs, as a dense matrix [rows][i][l]: one matrix product with the left
 * functions, or read by threads that each own a column.  Columns beyond N are zeros.
 *
 * Doubles of one table, over those of the triangle alone: 1.6, 1.34, 1.23 for N = 256, 512, 1000.  16 N^3 bytes of the dense
 * tables were 0.27, 2.15, 16.0 GB; these are 0.22, 1.44, 9.9 GB. */
#ifndef MCT_DIRECT_CUH
#define MCT_DIRECT_CUH

#include "backend/automatic.h"
#include "cuda.cuh"

enum { TILE = 64, COLUMNS = TILE * TILE };

struct mct_cuda_tile {
    int first, rows; /* of j */
    size_t at;       /* doubles before it in each table */
};

struct mct_cuda_range {
    int from, to; /* inclusive */
};

/* The rows j that any of i0 ... i1, l0 ... l1 needs. */
__host__ __device__ inline mct_cuda_range mct_direct_range(int N, bool corrected, mct_cuda_range i, mct_cuda_range l) {
    const int wider = corrected ? 2 : 0, high = i.to + l.to + wider;
    int low = l.from > i.to ? l.from - i.to : i.from > l.to ? i.from - l.to : 0;
    low = low > wider ? low - wider : 0;
    return {low, high < N ? high : N - 1};
}

__host__ __device__ inline int mct_direct_tiles_of(int N) { /* along i, and along l */
    return (N + TILE - 1) / TILE;
}

/* Tile (a, b), a blocks of i and b blocks of l from the first one; `at` is not set. */
__host__ __device__ inline mct_cuda_tile mct_direct_tile(int N, bool corrected, int a, int b) {
    const int i = a * TILE, l = b * TILE, last = TILE - 1;
    const mct_cuda_range j =
        mct_direct_range(N, corrected, {i, i + last < N ? i + last : N - 1}, {l, l + last < N ? l + last : N - 1});
    return {j.from, j.to - j.from + 1, 0};
}

/* Doubles of work space for `points` at a time; M of these by one pass over the weights, see mct_cuda_algorithm.evaluate. */
size_t mct_direct_stream_scratch(const mct_grid *grid, size_t species, size_t points);
void mct_direct_stream(mct_cuda *cuda, size_t first, size_t count, const double *images, const double *kept, double *M);

#endif
