/* history_loops.c: the finished history in several coming steps at once: half of the work outside the memory kernel.
 *
 * Per distance and step 2 m^3 multiply-adds for each wave number; what is read of one grid value serves all steps of a
 * tile. */
#include "small_matrix.h"
#include "step_loops.h"

/* Steps whose sums stay in registers: m*m of them each, for m = 2. */
#if defined(__AVX512F__)
enum { TOGETHER = 4 };
#elif defined(__AVX2__)
enum { TOGETHER = 2 };
#else
enum { TOGETHER = 1 };
#endif
_Static_assert((int)MCT_TILE % (int)TOGETHER == 0, "a tile is made of these");

/* sum[t] += weight[i + t - l] value[l] or, from the right, value[l] weight[i + t - l], l = low ... i - 1. */
MCT_INLINE void apply(size_t m, size_t count, const double *weight, const double *value, size_t i, size_t back,
                      size_t low, int from_right, mct_wide *sum) {
    const size_t mm = m * m, size = mm * MCT_LANES;
    for (size_t l = low; l < back; l++) {
        const double *const f = value + l * size, *const w = weight + (i - l) * size;
#pragma GCC unroll 4
        for (size_t t = 0; t < count; t++) {
#pragma GCC unroll 3
            for (size_t r = 0; r < m; r++) {
#pragma GCC unroll 3
                for (size_t k = 0; k < m; k++) {
                    const double *const left =
                        from_right ? f + (r * m + k) * MCT_LANES : w + (t * mm + r * m + k) * MCT_LANES;
                    const double *const right = from_right ? w + (t * mm + k * m) * MCT_LANES : f + k * m * MCT_LANES;
#pragma GCC unroll 3
                    for (size_t c = 0; c < m; c++) {
                        sum[t * mm + r * m + c] += mct_wide_read(left) * mct_wide_read(right + c * MCT_LANES);
                    }
                }
            }
        }
    }
}

/* sum += A B */
MCT_INLINE void add_product(size_t m, const double *A, const double *B, mct_wide *sum) {
#pragma GCC unroll 3
    for (size_t r = 0; r < m; r++) {
#pragma GCC unroll 3
        for (size_t k = 0; k < m; k++) {
#pragma GCC unroll 3
            for (size_t c = 0; c < m; c++) {
                sum[r * m + c] +=
                    mct_wide_read(A + (r * m + k) * MCT_LANES) * mct_wide_read(B + (k * m + c) * MCT_LANES);
            }
        }
    }
}

MCT_INLINE void tile(size_t m, size_t count, const mct_step_layout *a, double *p, size_t i, size_t from,
                     const size_t low[2], const mct_step_products *edge, mct_wide *sum) {
    const size_t mm = m * m;
    memset(sum, 0, count * mm * sizeof *sum);
    apply(m, count, p + a->weight_M, p + a->F, i + from, i, low[0], 0, sum);
    apply(m, count, p + a->weight_F, p + a->M, i + from, i, low[1], 1, sum);
    for (size_t t = 0; t < count; t++) {
        const mct_step_products *const list = edge + from + t;
        mct_wide *const C = sum + t * mm;
        for (size_t n = 0; n < list->count; n++) add_product(m, p + list->pair[n][0], p + list->pair[n][1], C);
    }
    for (size_t c = 0; c < count * mm; c++) mct_wide_write(&sum[c], p + a->ahead + (from * mm + c) * MCT_LANES);
}

#define TILES(m)                                                                                             \
    do {                                                                                                     \
        mct_wide sum[TOGETHER * (m) * (m)];                                                                  \
        size_t from = 0;                                                                                     \
        for (; from + TOGETHER <= count; from += TOGETHER) tile(m, TOGETHER, a, p, i, from, low, edge, sum); \
        for (; from < count; from++) tile(m, (size_t)1, a, p, i, from, low, edge, sum);                      \
    } while (0)

void MCT_VARIANT(mct_step_ahead_)(const mct_step_layout *a, size_t first, size_t last, double *base, size_t count,
                                  size_t i, const size_t low[2], const mct_step_products *edge);

void MCT_VARIANT(mct_step_ahead_)(const mct_step_layout *a, size_t first, size_t last, double *base, size_t count,
                                  size_t i, const size_t low[2], const mct_step_products *edge) {
    for (size_t at = first * MCT_LANES; at < last * MCT_LANES; at += MCT_WIDTH) {
        double *const p = base + at / MCT_LANES * a->stride + at % MCT_LANES;
        switch (a->m) {
        case 1: TILES((size_t)1); break;
        case 2: TILES((size_t)2); break;
        case 3: TILES((size_t)3); break;
        default: TILES(a->m);
        }
    }
}
