/* history_loops.c: the finished history in several coming steps at once: half of the work outside the memory kernel.
 *
 * Per distance and step 2 m^3 multiply-adds for each wave number; what is read of one grid value serves all steps of a
 * tile. */
#include "cpu/simd/small_matrix.h"
#include "cpu/simd/step_loops.h"

/* Steps whose sums stay in registers: m*m of them each, for m = 2. */
#if defined(__AVX512F__)
enum { TOGETHER = 4 };
#elif defined(__AVX2__)
enum { TOGETHER = 2 };
#else
enum { TOGETHER = 1 };
#endif
_Static_assert((int)MCT_TILE % (int)TOGETHER == 0, "a tile is made of these");

/* sum[t] += weight[i + t - l] value[l] or, from the right, value[l] weight[i + t - l], l = low ... back - 1; `pitch` from one
 * weight or value to the next. */
MCT_INLINE void apply(size_t m, size_t count, const double *weight, const double *value, size_t pitch, size_t i,
                      size_t back, size_t low, int from_right, mct_wide *sum) {
    const size_t mm = m * m;
    for (size_t l = low; l < back; l++) {
        const double *const f = value + l * pitch, *const w = weight + (i - l) * pitch;
#pragma GCC unroll 4
        for (size_t t = 0; t < count; t++) {
#pragma GCC unroll 3
            for (size_t r = 0; r < m; r++) {
#pragma GCC unroll 3
                for (size_t k = 0; k < m; k++) {
                    const double *const left =
                        from_right ? f + (r * m + k) * MCT_LANES : w + t * pitch + (r * m + k) * MCT_LANES;
                    const double *const right = from_right ? w + t * pitch + k * m * MCT_LANES : f + k * m * MCT_LANES;
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

MCT_INLINE void look_ahead(size_t m, size_t count, const mct_step_layout *a, const double *p, double *s, size_t i,
                           size_t done, const mct_step_tile *tile, mct_wide *sum) {
    const size_t mm = m * m, size = mm * MCT_LANES, from = i + tile->from + done;
    memset(sum, 0, count * mm * sizeof *sum);
    apply(m, count, p + a->weight_M, p + a->F, size, from, i, tile->low[0], 0, sum);
    apply(m, count, p + a->weight_F, p + a->M, size, from, i, tile->low[1], 1, sum);
    for (size_t t = 0; t < count; t++) {
        const mct_step_products *const list = tile->edge + done + t;
        mct_wide *const C = sum + t * mm;
        for (size_t n = 0; n < list->count; n++) add_product(m, p + list->pair[n][0], p + list->pair[n][1], C);
    }
    for (size_t t = 0; t < count; t++) {
        double *const to = s + tile->to + (done + t) * a->plane;
        for (size_t c = 0; c < mm; c++) mct_wide_write(&sum[t * mm + c], to + c * MCT_LANES);
    }
}

MCT_INLINE void catch_up(size_t m, size_t count, const mct_step_layout *a, double *s, size_t done,
                         const mct_step_catch_up *u, mct_wide *sum) {
    const size_t mm = m * m, plane = a->plane;
    for (size_t t = 0; t < count; t++) {
        const double *const from = s + u->from + (done + t) * plane;
        for (size_t c = 0; c < mm; c++) sum[t * mm + c] = mct_wide_read(from + c * MCT_LANES);
    }
    const size_t next = u->values + done - 1; /* the first weight is that of distance 1 */
    apply(m, count, s + a->near_M, s + a->recent_F + u->slot * plane, plane, next, u->values, 0, 0, sum);
    apply(m, count, s + a->near_F, s + a->recent_M + u->slot * plane, plane, next, u->values, 0, 1, sum);
    for (size_t t = 0; t < count; t++) {
        double *const to = s + u->to + (done + t) * plane;
        for (size_t c = 0; c < mm; c++) mct_wide_write(&sum[t * mm + c], to + c * MCT_LANES);
    }
}

/* CALL(m, count, done, sum) for the steps of a tile, as many at once as there are registers for. */
#define STEPS(m, steps, CALL)                                                         \
    do {                                                                              \
        mct_wide sum[TOGETHER * (m) * (m)];                                           \
        size_t done = 0;                                                              \
        for (; done + TOGETHER <= (steps); done += TOGETHER) CALL(m, TOGETHER, done); \
        for (; done < (steps); done++) CALL(m, (size_t)1, done);                      \
    } while (0)
#define EACH_STEP(steps, CALL)                    \
    switch (a->m) {                               \
    case 1: STEPS((size_t)1, steps, CALL); break; \
    case 2: STEPS((size_t)2, steps, CALL); break; \
    case 3: STEPS((size_t)3, steps, CALL); break; \
    default: STEPS(a->m, steps, CALL);            \
    }

void MCT_VARIANT(mct_step_ahead_)(const mct_step_layout *a, size_t first, size_t last, double *base, size_t i,
                                  size_t tiles, const mct_step_tile *tile);

void MCT_VARIANT(mct_step_ahead_)(const mct_step_layout *a, size_t first, size_t last, double *base, size_t i,
                                  size_t tiles, const mct_step_tile *tile) {
    for (size_t at = first * MCT_LANES; at < last * MCT_LANES; at += MCT_WIDTH) {
        const double *const p = base + at / MCT_LANES * a->stride + at % MCT_LANES;
        double *const s = base + a->step + at / MCT_LANES * a->pace + at % MCT_LANES;
        for (size_t n = 0; n < tiles; n++) {
#define CALL(m, count, done) look_ahead(m, count, a, p, s, i, done, &tile[n], sum)
            EACH_STEP(tile[n].count, CALL)
#undef CALL
        }
    }
}

void MCT_VARIANT(mct_step_catch_up_)(const mct_step_layout *a, size_t first, size_t last, double *base,
                                     const mct_step_catch_up *u);

void MCT_VARIANT(mct_step_catch_up_)(const mct_step_layout *a, size_t first, size_t last, double *base,
                                     const mct_step_catch_up *u) {
    for (size_t at = first * MCT_LANES; at < last * MCT_LANES; at += MCT_WIDTH) {
        double *const s = base + a->step + at / MCT_LANES * a->pace + at % MCT_LANES;
#define CALL(m, count, done) catch_up(m, count, a, s, done, u, sum)
        EACH_STEP(u->count, CALL)
#undef CALL
    }
}
