/* step_loops.c: one step in time at every wave number: guess, history, residual, acceleration, new values. */
#include "step_loops.h"
#include "small_matrix.h"

#include <math.h>

/* CALL(m, work) for each block with m a constant up to 3; work: WORK matrices. */
#define EACH_BLOCK(WORK, CALL)                                       \
    switch (a->m) {                                                  \
    case 1: {                                                        \
        mct_lanes work[WORK];                                        \
        for (size_t b = first; b < last; b++) CALL((size_t)1, work); \
        break;                                                       \
    }                                                                \
    case 2: {                                                        \
        mct_lanes work[4 * (WORK)];                                  \
        for (size_t b = first; b < last; b++) CALL((size_t)2, work); \
        break;                                                       \
    }                                                                \
    case 3: {                                                        \
        mct_lanes work[9 * (WORK)];                                  \
        for (size_t b = first; b < last; b++) CALL((size_t)3, work); \
        break;                                                       \
    }                                                                \
    default: {                                                       \
        mct_lanes work[a->m * a->m * (WORK)];                        \
        for (size_t b = first; b < last; b++) CALL(a->m, work);      \
    }                                                                \
    }

MCT_INLINE void get(size_t mm, const double *from, mct_lanes *A) {
    for (size_t c = 0; c < mm; c++) A[c] = ((const mct_lanes_in_place *)from)[c];
}
MCT_INLINE void put(size_t mm, const mct_lanes *A, double *to) {
    for (size_t c = 0; c < mm; c++) ((mct_lanes_in_place *)to)[c] = A[c];
}

MCT_INLINE size_t filled(const mct_step_layout *a, size_t b) {
    const size_t left = a->N - b * MCT_LANES;
    return left < MCT_LANES ? left : MCT_LANES;
}

MCT_INLINE void write_lanes(size_t count, const mct_lanes *A, double *to) {
    lanes_write(1, 0, 0, count, A, to);
}

/* A from rows; the lanes beyond `count` repeat the last one. */
MCT_INLINE void get_rows(size_t m, size_t n, size_t q, size_t count, const double *rows, mct_lanes *A) {
    for (size_t c = 0; c < m * m; c++) {
        const double *const from = rows + c * n + q;
        if (count == MCT_LANES) {
            A[c] = *(const mct_lanes_in_place *)from;
        } else {
            mct_lanes filled_up = {0.0};
            for (size_t l = 0; l < MCT_LANES; l++) filled_up[l] = from[l < count ? l : count - 1];
            A[c] = filled_up;
        }
    }
}

/* C += A B */
MCT_INLINE void add_product(size_t m, const mct_lanes *A, const mct_lanes *B, mct_lanes *C) {
#pragma GCC unroll 3
    for (size_t r = 0; r < m; r++) {
#pragma GCC unroll 3
        for (size_t c = 0; c < m; c++) {
#pragma GCC unroll 3
            for (size_t k = 0; k < m; k++) C[r * m + c] += A[r * m + k] * B[k * m + c];
        }
    }
}

MCT_INLINE void magnitude(const mct_lanes *value, mct_lanes *largest, mct_lanes *bad) {
    const mct_lanes zero = {0.0};
    const mct_lanes absolute = (mct_lanes)((mct_mask)*value & ~(mct_mask)(-zero));
    const mct_mask larger = absolute > *largest;
    *largest = (mct_lanes)(((mct_mask)absolute & larger) | ((mct_mask)*largest & ~larger));
    *bad += *value * 0.0; /* a NaN is passed over above and kept here, as is infinity */
}

static double largest_of(const mct_lanes *largest, const mct_lanes *bad) {
    double value = 0.0, sum = 0.0;
    for (size_t l = 0; l < MCT_LANES; l++) {
        value = (*largest)[l] > value ? (*largest)[l] : value;
        sum += (*bad)[l];
    }
    return value + sum;
}

static double sum_of(const mct_lanes *A) {
    double sum = 0.0;
    for (size_t l = 0; l < MCT_LANES; l++) sum += (*A)[l];
    return sum;
}

static void load(const mct_step_layout *a, size_t first, size_t last, double *base, size_t to, const double *rows,
                 double fill) {
    const size_t mm = a->m * a->m;
    for (size_t b = first; b < last; b++) {
        const size_t count = filled(a, b);
        for (size_t c = 0; c < mm; c++) {
            double *const out = base + b * a->stride + to + c * MCT_LANES;
            const double *const in = rows + c * a->N + b * MCT_LANES;
            for (size_t l = 0; l < MCT_LANES; l++) out[l] = l < count ? in[l] : fill * in[count - 1];
        }
    }
}

MCT_INLINE void prepare_block(size_t m, const mct_step_layout *a, double *p, double shift, mct_lanes *work) {
    const size_t mm = m * m;
    mct_lanes *A = work, *B = A + mm, *C = B + mm;
    get(mm, p + a->Gamma, A);
    get(mm, p + a->weight_M, B);
    for (size_t c = 0; c < mm; c++) {
        const mct_lanes zero = {0.0};
        A[c] += B[c];
        if (c % (m + 1) == 0) A[c] += shift;
        B[c] = c % (m + 1) == 0 ? zero + 1.0 : zero;
    }
    lanes_solve(m, A, B);
    put(mm, B, p + a->A_inverse);
    get(mm, p + a->S, A);
    get(mm, p + a->weight_F, B);
    for (size_t c = 0; c < mm; c++) A[c] -= B[c];
    get(mm, p + a->W_inverse, B);
    lanes_multiply(m, B, m, 1, A, m, 1, C);
    put(mm, C, p + a->right);
}

static void prepare(const mct_step_layout *a, size_t first, size_t last, double *base, double shift){
#define CALL(m, work) prepare_block(m, a, base + b * a->stride, shift, work)
    EACH_BLOCK(3, CALL)
#undef CALL
}

MCT_INLINE void history_block(size_t m, const mct_step_layout *a, double *p, size_t t, const mct_step_products *list,
                              size_t terms, const double *coefficient, const size_t *at, mct_lanes *work) {
    const size_t mm = m * m, size = mm * MCT_LANES;
    mct_lanes *C = work, *A = C + mm, *B = A + mm;
    get(mm, p + a->ahead + t * size, C);
    for (size_t n = 0; n < list->count; n++) {
        get(mm, p + list->pair[n][0], A);
        get(mm, p + list->pair[n][1], B);
        add_product(m, A, B, C);
    }
    for (size_t s = 0; s < terms; s++) {
        get(mm, p + a->F + at[s] * size, A);
        for (size_t c = 0; c < mm; c++) C[c] += coefficient[s] * A[c];
    }
    get(mm, p + a->A_inverse, A);
    lanes_multiply(m, A, m, 1, C, m, 1, B);
    put(mm, B, p + a->offset);
}

static void history(const mct_step_layout *a, size_t first, size_t last, double *base, size_t t,
                    const mct_step_products *near, size_t terms, const double *coefficient, const size_t *at) {
#define CALL(m, work) history_block(m, a, base + b * a->stride, t, near, terms, coefficient, at, work)
    EACH_BLOCK(3, CALL)
#undef CALL
}

static void combine(const mct_step_layout *a, size_t first, size_t last, double *base, size_t to, size_t terms,
                    const double *coefficient, const size_t *at, double *rows) {
    const size_t mm = a->m * a->m;
    for (size_t b = first; b < last; b++) {
        double *const p = base + b * a->stride;
        for (size_t c = 0; c < mm; c++) {
            mct_lanes sum = {0.0}, value;
            for (size_t s = 0; s < terms; s++) {
                get(1, p + at[s] + c * MCT_LANES, &value);
                sum += coefficient[s] * value;
            }
            put(1, &sum, p + to + c * MCT_LANES);
            if (rows) write_lanes(filled(a, b), &sum, rows + c * a->N + b * MCT_LANES);
        }
    }
}

typedef struct sums {
    mct_lanes largest, bad, with_residual[MCT_SECANTS], with_new[MCT_SECANTS];
} sums;

MCT_INLINE void update_block(size_t m, const mct_step_layout *a, double *p, size_t q, size_t count, const double *M,
                             int pair, mct_lanes *work, sums *sum) {
    const size_t mm = m * m;
    mct_lanes *A = work, *B = A + mm, *C = B + mm;
    get_rows(m, a->N, q, count, M, A);
    get(mm, p + a->right, B);
    lanes_multiply(m, A, m, 1, B, m, 1, C);
    get(mm, p + a->A_inverse, A);
    lanes_multiply(m, A, m, 1, C, m, 1, B); /* B = A^-1 M right */
    for (size_t c = 0; c < mm; c++) {
        const size_t at = c * MCT_LANES;
        mct_lanes x, r, value, weight;
        get(1, p + a->offset + at, &r);
        get(1, p + a->x + at, &x);
        get(1, p + a->norm + at, &weight);
        r = B[c] - r - x;
        value = weight * r;
        magnitude(&value, &sum->largest, &sum->bad);
        value *= weight;
        if (pair >= 0) {
            mct_lanes from, difference;
            get(1, p + a->from + at, &from);
            difference = x - from;
            put(1, &difference, p + a->dx[pair] + at);
            get(1, p + a->from_residual + at, &from);
            difference = r - from;
            put(1, &difference, p + a->dr[pair] + at);
            difference *= weight * weight;
            for (size_t j = 0; j < MCT_SECANTS; j++) {
                mct_lanes dr;
                get(1, p + a->dr[j] + at, &dr);
                sum->with_new[j] += dr * difference;
            }
        }
        for (size_t j = 0; j < MCT_SECANTS; j++) {
            mct_lanes dr;
            get(1, p + a->dr[j] + at, &dr);
            sum->with_residual[j] += dr * value;
        }
        put(1, &r, p + a->residual + at);
        put(1, &x, p + a->from + at);
        put(1, &r, p + a->from_residual + at);
    }
}

static void update(const mct_step_layout *a, size_t first, size_t last, double *base, const double *M,
                   mct_step_update *out) {
    sums sum;
    memset(&sum, 0, sizeof sum);
#define CALL(m, work) update_block(m, a, base + b * a->stride, b * MCT_LANES, filled(a, b), M, out->pair, work, &sum)
    EACH_BLOCK(3, CALL)
#undef CALL
    out->largest = largest_of(&sum.largest, &sum.bad);
    for (size_t j = 0; j < MCT_SECANTS; j++) {
        out->with_residual[j] = sum_of(&sum.with_residual[j]);
        out->with_new[j] = sum_of(&sum.with_new[j]);
    }
}

static void mix(const mct_step_layout *a, size_t first, size_t last, double *base, const double *gamma, double *rows) {
    const size_t mm = a->m * a->m;
    for (size_t b = first; b < last; b++) {
        double *const p = base + b * a->stride;
        for (size_t c = 0; c < mm; c++) {
            const size_t at = c * MCT_LANES;
            mct_lanes x, r, dx, dr;
            get(1, p + a->x + at, &x);
            get(1, p + a->residual + at, &r);
            x += r;
            for (size_t j = 0; j < MCT_SECANTS; j++) {
                get(1, p + a->dx[j] + at, &dx);
                get(1, p + a->dr[j] + at, &dr);
                x -= gamma[j] * (dx + dr);
            }
            put(1, &x, p + a->x + at);
            write_lanes(filled(a, b), &x, rows + c * a->N + b * MCT_LANES);
        }
    }
}

MCT_INLINE void commit_block(size_t m, const mct_step_layout *a, double *p, size_t q, size_t count, size_t i,
                             const double *M, double *row, mct_lanes *work, mct_lanes *largest, mct_lanes *bad) {
    const size_t mm = m * m, size = mm * MCT_LANES;
    mct_lanes *A = work, *B = A + mm, *C = B + mm;
    get_rows(m, a->N, q, count, M, A);
    get(mm, p + a->W_inverse, B);
    lanes_multiply(m, A, m, 1, B, m, 1, C);
    put(mm, C, p + a->M + i * size);
    get(mm, p + a->x, A);
    get(mm, p + a->residual, B);
    for (size_t c = 0; c < mm; c++) A[c] += B[c];
    put(mm, A, p + a->F + i * size);
    lanes_write(m, a->N, q, count, A, row);
    get(mm, p + a->norm, B);
    for (size_t c = 0; c < mm; c += m + 1) {
        B[c] *= A[c];
        magnitude(&B[c], largest, bad);
    }
}

static double commit(const mct_step_layout *a, size_t first, size_t last, double *base, size_t i, const double *M,
                     double *row) {
    mct_lanes largest = {0.0}, bad = {0.0};
#define CALL(m, work) \
    commit_block(m, a, base + b * a->stride, b * MCT_LANES, filled(a, b), i, M, row, work, &largest, &bad)
    EACH_BLOCK(3, CALL)
#undef CALL
    return largest_of(&largest, &bad);
}

static double change(const mct_step_layout *a, size_t first, size_t last, const double *base, size_t i, size_t j) {
    const size_t mm = a->m * a->m, size = mm * MCT_LANES;
    mct_lanes largest = {0.0}, bad = {0.0};
    for (size_t b = first; b < last; b++) {
        const double *const p = base + b * a->stride;
        for (size_t c = 0; c < mm; c++) {
            mct_lanes x, y, weight;
            get(1, p + a->F + i * size + c * MCT_LANES, &x);
            get(1, p + a->F + j * size + c * MCT_LANES, &y);
            get(1, p + a->norm + c * MCT_LANES, &weight);
            x = weight * (x - y);
            magnitude(&x, &largest, &bad);
        }
    }
    return largest_of(&largest, &bad);
}

void MCT_VARIANT(mct_step_weights_)(const mct_step_layout *a, size_t first, size_t last, double *base,
                                    const mct_scheme *scheme, size_t cells, size_t tails);
void MCT_VARIANT(mct_step_ahead_)(const mct_step_layout *a, size_t first, size_t last, double *base, size_t count,
                                  size_t i, const size_t low[2], const mct_step_products *edge);
void MCT_VARIANT(mct_step_moments_)(const mct_step_layout *a, size_t first, size_t last, double *base,
                                    const mct_scheme *scheme, size_t n);
void MCT_VARIANT(mct_step_thin_)(const mct_step_layout *a, size_t first, size_t last, double *base,
                                 const mct_scheme *scheme, size_t n);

const mct_step_loops MCT_VARIANT(mct_step_loops_) = {
    .load = load,
    .prepare = prepare,
    .weights = MCT_VARIANT(mct_step_weights_),
    .ahead = MCT_VARIANT(mct_step_ahead_),
    .history = history,
    .combine = combine,
    .update = update,
    .mix = mix,
    .commit = commit,
    .change = change,
    .moments = MCT_VARIANT(mct_step_moments_),
    .thin = MCT_VARIANT(mct_step_thin_),
};
