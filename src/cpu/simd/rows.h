/* rows.h: rows of vectors: MCT_ROW sequences side by side, element j of all of them in row j, and fast Fourier transforms
 * of them all at once.  So the vectors are full at any length and nothing is ever shuffled within them. */
#ifndef MCT_ROWS_H
#define MCT_ROWS_H

#include <stdbool.h>
#include <string.h>

#include "cpu/simd/loops.h"
#include "cpu/simd/wide.h"

enum { MCT_ROW = MCT_WIDTH < 4 ? 4 : MCT_WIDTH };

/* By address: vectors as arguments have no ABI on older processors. */
#define MCT_ALWAYS static inline __attribute__((always_inline))

typedef double mct_row __attribute__((vector_size(MCT_ROW * sizeof(double)), may_alias));
/* In an array of doubles.  (gcc 12 copies 32 bytes by memcpy in halves, and a load of the whole waits for them.) */
typedef mct_row mct_row_anywhere __attribute__((aligned(8)));

typedef struct mct_complex_row {
    mct_row re, im;
} mct_complex_row;

/* As much of a complex row as goes into a register each. */
typedef struct mct_complex_wide {
    mct_wide re, im;
} mct_complex_wide;

/* The lower half of a and the upper half of b; both lower halves; both upper ones; quarters 0 and 2 of a, 1 and 3 of b;
 * the last quarter and the second one of a four times; of a and b, one behind the other, every second element from the first
 * or from the second one on. */
#if defined(__AVX512F__)
#define MCT_ROW_HALVES(a, b)   __builtin_shufflevector(a, b, 0, 1, 2, 3, 12, 13, 14, 15)
#define MCT_ROW_LOWER(a, b)    __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
#define MCT_ROW_UPPER(a, b)    __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15)
#define MCT_ROW_QUARTERS(a, b) __builtin_shufflevector(a, b, 0, 1, 10, 11, 4, 5, 14, 15)
#define MCT_ROW_LAST(a)        __builtin_shufflevector(a, a, 6, 7, 6, 7, 6, 7, 6, 7)
#define MCT_ROW_SECOND(a)      __builtin_shufflevector(a, a, 2, 3, 2, 3, 2, 3, 2, 3)
#define MCT_ROW_EVEN(a, b)     __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define MCT_ROW_ODD(a, b)      __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15)
#elif defined(__AVX2__)
#define MCT_ROW_HALVES(a, b)   __builtin_shufflevector(a, b, 0, 1, 6, 7)
#define MCT_ROW_LOWER(a, b)    __builtin_shufflevector(a, b, 0, 1, 4, 5)
#define MCT_ROW_UPPER(a, b)    __builtin_shufflevector(a, b, 2, 3, 6, 7)
#define MCT_ROW_QUARTERS(a, b) __builtin_shufflevector(a, b, 0, 5, 2, 7)
#define MCT_ROW_LAST(a)        __builtin_shufflevector(a, a, 3, 3, 3, 3)
#define MCT_ROW_SECOND(a)      __builtin_shufflevector(a, a, 1, 1, 1, 1)
#define MCT_ROW_EVEN(a, b)     __builtin_shufflevector(a, b, 0, 2, 4, 6)
#define MCT_ROW_ODD(a, b)      __builtin_shufflevector(a, b, 1, 3, 5, 7)
#else /* by vectors of two: gcc takes wider ones apart number by number */
#define MCT_ROW_PART(a, n) (((const mct_wide *)&(a))[n])
#define MCT_ROW_OF(low, high) \
    __extension__({           \
        union {               \
            mct_wide part[2]; \
            mct_row row;      \
        } of;                 \
        of.part[0] = low;     \
        of.part[1] = high;    \
        of.row;               \
    })
#define MCT_PART_PICK(a, b, m, n) __builtin_shufflevector(a, b, m, n)
#define MCT_ROW_HALVES(a, b)      MCT_ROW_OF(MCT_ROW_PART(a, 0), MCT_ROW_PART(b, 1))
#define MCT_ROW_LOWER(a, b)       MCT_ROW_OF(MCT_ROW_PART(a, 0), MCT_ROW_PART(b, 0))
#define MCT_ROW_UPPER(a, b)       MCT_ROW_OF(MCT_ROW_PART(a, 1), MCT_ROW_PART(b, 1))
#define MCT_ROW_QUARTERS(a, b)                                              \
    MCT_ROW_OF(MCT_PART_PICK(MCT_ROW_PART(a, 0), MCT_ROW_PART(b, 0), 0, 3), \
               MCT_PART_PICK(MCT_ROW_PART(a, 1), MCT_ROW_PART(b, 1), 0, 3))
#define MCT_ROW_LAST(a)                                                     \
    MCT_ROW_OF(MCT_PART_PICK(MCT_ROW_PART(a, 1), MCT_ROW_PART(a, 1), 1, 1), \
               MCT_PART_PICK(MCT_ROW_PART(a, 1), MCT_ROW_PART(a, 1), 1, 1))
#define MCT_ROW_SECOND(a)                                                   \
    MCT_ROW_OF(MCT_PART_PICK(MCT_ROW_PART(a, 0), MCT_ROW_PART(a, 0), 1, 1), \
               MCT_PART_PICK(MCT_ROW_PART(a, 0), MCT_ROW_PART(a, 0), 1, 1))
#define MCT_ROW_EVEN(a, b)                                                  \
    MCT_ROW_OF(MCT_PART_PICK(MCT_ROW_PART(a, 0), MCT_ROW_PART(a, 1), 0, 2), \
               MCT_PART_PICK(MCT_ROW_PART(b, 0), MCT_ROW_PART(b, 1), 0, 2))
#define MCT_ROW_ODD(a, b)                                                   \
    MCT_ROW_OF(MCT_PART_PICK(MCT_ROW_PART(a, 0), MCT_ROW_PART(a, 1), 1, 3), \
               MCT_PART_PICK(MCT_ROW_PART(b, 0), MCT_ROW_PART(b, 1), 1, 3))
#endif

/* a[r][c] <-> a[c][r] */
MCT_ALWAYS void mct_rows_transpose(mct_row *a) {
    mct_row b[MCT_ROW];
#if defined(__AVX512F__)
    for (int r = 0; r < 8; r += 2) {
        b[r] = __builtin_shufflevector(a[r], a[r + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        b[r + 1] = __builtin_shufflevector(a[r], a[r + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int r = 0; r < 8; r++) {
        const int from = (r & 4) | (r & 1);
        a[r] = r & 2 ? __builtin_shufflevector(b[from], b[from + 2], 2, 3, 10, 11, 6, 7, 14, 15)
                     : __builtin_shufflevector(b[from], b[from + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    }
    for (int r = 0; r < 4; r++) {
        b[r] = __builtin_shufflevector(a[r], a[r + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        b[r + 4] = __builtin_shufflevector(a[r], a[r + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
    for (int r = 0; r < 8; r++) a[r] = b[r];
#elif defined(__AVX2__)
    for (int r = 0; r < 4; r += 2) {
        b[r] = __builtin_shufflevector(a[r], a[r + 1], 0, 4, 2, 6);
        b[r + 1] = __builtin_shufflevector(a[r], a[r + 1], 1, 5, 3, 7);
    }
    for (int r = 0; r < 2; r++) {
        a[r] = __builtin_shufflevector(b[r], b[r + 2], 0, 1, 4, 5);
        a[r + 2] = __builtin_shufflevector(b[r], b[r + 2], 2, 3, 6, 7);
    }
#else
    for (int r = 0; r < 4; r += 2) {
        const mct_wide low[2] = {MCT_ROW_PART(a[0], r / 2), MCT_ROW_PART(a[1], r / 2)};
        const mct_wide high[2] = {MCT_ROW_PART(a[2], r / 2), MCT_ROW_PART(a[3], r / 2)};
        b[r] = MCT_ROW_OF(MCT_PART_PICK(low[0], low[1], 0, 2), MCT_PART_PICK(high[0], high[1], 0, 2));
        b[r + 1] = MCT_ROW_OF(MCT_PART_PICK(low[0], low[1], 1, 3), MCT_PART_PICK(high[0], high[1], 1, 3));
    }
    for (int r = 0; r < 4; r++) a[r] = b[r];
#endif
}

MCT_ALWAYS void mct_row_part(const mct_complex_row *row, size_t part, mct_complex_wide *x) {
    x->re = mct_wide_read((const double *)&row->re + part);
    x->im = mct_wide_read((const double *)&row->im + part);
}

MCT_ALWAYS void mct_row_put_part(const mct_complex_wide *x, size_t part, mct_complex_row *row) {
    mct_wide_write(&x->re, (double *)&row->re + part);
    mct_wide_write(&x->im, (double *)&row->im + part);
}

/* x * (re, im) in place */
MCT_ALWAYS void mct_turn(mct_complex_wide *x, double re, double im) {
    const mct_wide a = x->re, b = x->im;
    x->re = a * re - b * im;
    x->im = a * im + b * re;
}

MCT_ALWAYS void mct_row_multiply(mct_complex_row *row, double re, double im) {
    for (size_t part = 0; part < MCT_ROW; part += MCT_WIDTH) {
        mct_complex_wide x;
        mct_row_part(row, part, &x);
        mct_turn(&x, re, im);
        mct_row_put_part(&x, part, row);
    }
}

/* a + b and a - b in place */
MCT_ALWAYS void mct_row_butterfly(mct_complex_row *a, mct_complex_row *b) {
    const mct_complex_row x = *a, y = *b;
    a->re = x.re + y.re, a->im = x.im + y.im;
    b->re = x.re - y.re, b->im = x.im - y.im;
}

/* --- Butterflies: x <- its discrete Fourier transform ----------------------------------------------------------- */

MCT_ALWAYS void mct_butterfly2(mct_complex_wide *a, mct_complex_wide *b) {
    const mct_complex_wide x = *a, y = *b;
    a->re = x.re + y.re, a->im = x.im + y.im;
    b->re = x.re - y.re, b->im = x.im - y.im;
}

MCT_ALWAYS void mct_butterfly3(mct_complex_wide *x) {
    const double s = 0.86602540378443864676;
    const mct_wide sum_re = x[1].re + x[2].re, sum_im = x[1].im + x[2].im;
    const mct_wide diff_re = s * (x[1].re - x[2].re), diff_im = s * (x[1].im - x[2].im);
    const mct_wide mean_re = x[0].re - 0.5 * sum_re, mean_im = x[0].im - 0.5 * sum_im;
    x[0].re += sum_re, x[0].im += sum_im;
    x[1].re = mean_re + diff_im, x[1].im = mean_im - diff_re;
    x[2].re = mean_re - diff_im, x[2].im = mean_im + diff_re;
}

MCT_ALWAYS void mct_butterfly4(mct_complex_wide *x0, mct_complex_wide *x1, mct_complex_wide *x2, mct_complex_wide *x3) {
    mct_butterfly2(x0, x2);
    mct_butterfly2(x1, x3);
    mct_butterfly2(x0, x1);
    const mct_complex_wide a = *x2, b = *x3; /* a -+ i b */
    x2->re = a.re + b.im, x2->im = a.im - b.re;
    x3->re = a.re - b.im, x3->im = a.im + b.re;
    const mct_complex_wide second = *x1; /* order 0, 2, 1, 3 so far */
    *x1 = *x2;
    *x2 = second;
}

MCT_ALWAYS void mct_butterfly5(mct_complex_wide *x) {
    const double c1 = 0.30901699437494742410, c2 = -0.80901699437494742410;
    const double s1 = 0.95105651629515357212, s2 = 0.58778525229247312917;
    mct_complex_wide p[2] = {x[1], x[2]}, d[2] = {x[4], x[3]};
    mct_butterfly2(&p[0], &d[0]);
    mct_butterfly2(&p[1], &d[1]);
    const mct_complex_wide x0 = x[0];
    x[0].re += p[0].re + p[1].re, x[0].im += p[0].im + p[1].im;
    const mct_wide r1 = x0.re + c1 * p[0].re + c2 * p[1].re, i1 = x0.im + c1 * p[0].im + c2 * p[1].im;
    const mct_wide r2 = x0.re + c2 * p[0].re + c1 * p[1].re, i2 = x0.im + c2 * p[0].im + c1 * p[1].im;
    const mct_wide u1 = s1 * d[0].re + s2 * d[1].re, v1 = s1 * d[0].im + s2 * d[1].im;
    const mct_wide u2 = s2 * d[0].re - s1 * d[1].re, v2 = s2 * d[0].im - s1 * d[1].im;
    x[1].re = r1 + v1, x[1].im = i1 - u1;
    x[4].re = r1 - v1, x[4].im = i1 + u1;
    x[2].re = r2 + v2, x[2].im = i2 - u2;
    x[3].re = r2 - v2, x[3].im = i2 + u2;
}

MCT_ALWAYS void mct_butterfly8(mct_complex_wide *x) {
    const double s = 0.70710678118654752440;
    mct_butterfly4(&x[0], &x[2], &x[4], &x[6]);
    mct_butterfly4(&x[1], &x[3], &x[5], &x[7]);
    const mct_complex_wide a = x[3], b = x[5], c = x[7];
    x[3].re = s * (a.re + a.im), x[3].im = s * (a.im - a.re);
    x[5].re = b.im, x[5].im = -b.re;
    x[7].re = s * (c.im - c.re), x[7].im = -s * (c.re + c.im);
    for (int k = 0; k < 8; k += 2) mct_butterfly2(&x[k], &x[k + 1]);
    const mct_complex_wide y[8] = {x[0], x[2], x[4], x[6], x[1], x[3], x[5], x[7]};
    for (int k = 0; k < 8; k++) x[k] = y[k];
}

MCT_ALWAYS void mct_butterfly(size_t radix, mct_complex_wide *x) {
    switch (radix) {
    case 2: mct_butterfly2(&x[0], &x[1]); break;
    case 3: mct_butterfly3(x); break;
    case 4: mct_butterfly4(&x[0], &x[1], &x[2], &x[3]); break;
    case 5: mct_butterfly5(x); break;
    default: mct_butterfly8(x); break;
    }
}

/* --- Passes ------------------------------------------------------------------------------------------------------ */

/* All blocks of radix*stride rows among `rows`: butterflies over rows j, j + stride, ..., then (into_order: before) the twiddle
 * factors, [j][radix - 1] complex. */
MCT_ALWAYS void mct_rows_pass(size_t radix, bool into_order, bool twiddles, size_t stride, size_t rows, const double *w,
                              mct_complex_row *z) {
    for (const mct_complex_row *const end = z + rows; z < end; z += radix * stride) {
        for (size_t j = 0; j < stride; j++) {
            const double *const factor = w + 2 * (radix - 1) * j;
            for (size_t part = 0; part < MCT_ROW; part += MCT_WIDTH) {
                mct_complex_wide x[8];
                for (size_t q = 0; q < radix; q++) mct_row_part(&z[j + q * stride], part, &x[q]);
                if (twiddles && into_order) {
                    for (size_t q = 1; q < radix; q++) mct_turn(&x[q], factor[2 * q - 2], factor[2 * q - 1]);
                }
                mct_butterfly(radix, x);
                if (twiddles && !into_order) {
                    for (size_t q = 1; q < radix; q++) mct_turn(&x[q], factor[2 * q - 2], factor[2 * q - 1]);
                }
                for (size_t q = 0; q < radix; q++) mct_row_put_part(&x[q], part, &z[j + q * stride]);
            }
        }
    }
}

/* With radix and flags as constants. */
MCT_ALWAYS void mct_rows_stage(const mct_transform *t, size_t stage, bool into_order, size_t rows, mct_complex_row *z) {
    const double *const w = t->twiddle[stage];
    const size_t stride = t->stride[stage];
#define MCT_PASS(radix)                                               \
    if (stride > 1)                                                   \
        mct_rows_pass((radix), into_order, true, stride, rows, w, z); \
    else                                                              \
        mct_rows_pass((radix), into_order, false, 1, rows, w, z);
    switch (t->radix[stage]) {
    case 2: MCT_PASS(2) break;
    case 3: MCT_PASS(3) break;
    case 4: MCT_PASS(4) break;
    case 5: MCT_PASS(5) break;
    default: MCT_PASS(8) break;
    }
#undef MCT_PASS
}

/* Rows that stay in the first cache from pass to pass. */
enum { MCT_ROWS_CACHED = 32 * 1024 / sizeof(mct_complex_row) };

/* What comes next to the transform of rows that are in the first cache: z [count], places at ... at + count - 1. */
typedef void mct_rows_here(const void *user, size_t at, size_t count, mct_complex_row *z);

/* In place, from natural order to that of mct_transform.frequency; `then` (may be NULL) once for all places. */
static void mct_rows_transform_from(const mct_transform *t, size_t stage, size_t at, mct_complex_row *z,
                                    mct_rows_here *then, const void *user) {
    const size_t radix = t->radix[stage], stride = t->stride[stage], rows = radix * stride;
    if (rows <= MCT_ROWS_CACHED) {
        for (size_t s = stage; s < t->stages; s++) mct_rows_stage(t, s, false, rows, z);
        if (then) then(user, at, rows, z);
        return;
    }
    mct_rows_stage(t, stage, false, rows, z);
    for (size_t q = 0; q < radix; q++) {
        mct_rows_transform_from(t, stage + 1, at + q * stride, z + q * stride, then, user);
    }
}

static void mct_rows_transform(const mct_transform *t, mct_complex_row *z, mct_rows_here *then, const void *user) {
    mct_rows_transform_from(t, 0, 0, z, then, user);
}

/* The same sums from that order, in which `first` (may be NULL) writes the rows, to the natural one. */
static void mct_rows_into_order_from(const mct_transform *t, size_t stage, size_t at, mct_complex_row *z,
                                     mct_rows_here *first, const void *user) {
    const size_t radix = t->radix[stage], stride = t->stride[stage], rows = radix * stride;
    if (rows <= MCT_ROWS_CACHED) {
        if (first) first(user, at, rows, z);
        for (size_t s = t->stages; s-- > stage;) mct_rows_stage(t, s, true, rows, z);
        return;
    }
    for (size_t q = 0; q < radix; q++) {
        mct_rows_into_order_from(t, stage + 1, at + q * stride, z + q * stride, first, user);
    }
    mct_rows_stage(t, stage, true, rows, z);
}

static void mct_rows_transform_into_order(const mct_transform *t, mct_complex_row *z, mct_rows_here *first,
                                          const void *user) {
    mct_rows_into_order_from(t, 0, 0, z, first, user);
}

#endif
