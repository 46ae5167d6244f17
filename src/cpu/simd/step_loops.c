/* step_loops.c: one step in time at every wave number: guess, history, residual, acceleration, new values. */
#include "cpu/simd/step_loops.h"
#include "cpu/simd/small_matrix.h"

#include <math.h>

/* CALL(m, work) for each part of a vector's width of each block, with m a constant up to 3: `p` and `s` are its place in
 * the block's history and in its arrays of a step, q its first wave number; work: WORK matrices. */
#define EACH_PART(CALL, m, work)                                             \
    for (size_t b = first; b < last; b++) {                                  \
        for (size_t part = 0; part < MCT_LANES; part += MCT_WIDTH) {         \
            const size_t p = b * a->stride + part, q = b * MCT_LANES + part; \
            const size_t s = a->step + b * a->pace + part;                   \
            (void)p, (void)q, (void)s;                                       \
            CALL(m, work);                                                   \
        }                                                                    \
    }
#define EACH_BLOCK(WORK, CALL)               \
    switch (a->m) {                          \
    case 1: {                                \
        mct_wide work[WORK];                 \
        EACH_PART(CALL, (size_t)1, work)     \
        break;                               \
    }                                        \
    case 2: {                                \
        mct_wide work[4 * (WORK)];           \
        EACH_PART(CALL, (size_t)2, work)     \
        break;                               \
    }                                        \
    case 3: {                                \
        mct_wide work[9 * (WORK)];           \
        EACH_PART(CALL, (size_t)3, work)     \
        break;                               \
    }                                        \
    default: {                               \
        mct_wide work[a->m * a->m * (WORK)]; \
        EACH_PART(CALL, a->m, work)          \
    }                                        \
    }

/* A matrix of an array in a block. */
MCT_INLINE void get(size_t mm, const double *from, mct_wide *A) {
    for (size_t c = 0; c < mm; c++) A[c] = mct_wide_read(from + c * MCT_LANES);
}
MCT_INLINE void put(size_t mm, const mct_wide *A, double *to) {
    for (size_t c = 0; c < mm; c++) mct_wide_write(&A[c], to + c * MCT_LANES);
}

/* C += A B */
MCT_INLINE void add_product(size_t m, const mct_wide *A, const mct_wide *B, mct_wide *C) {
#pragma GCC unroll 3
    for (size_t r = 0; r < m; r++) {
#pragma GCC unroll 3
        for (size_t c = 0; c < m; c++) {
#pragma GCC unroll 3
            for (size_t k = 0; k < m; k++) C[r * m + c] += A[r * m + k] * B[k * m + c];
        }
    }
}

/* max |value|, kept apart from whether all are finite */
typedef struct extent {
    mct_wide largest, bad;
} extent;

MCT_INLINE void extend(const mct_wide *value, extent *e) {
    const mct_wide zero = {0.0};
    const mct_wide absolute = (mct_wide)((mct_wide_mask)*value & ~(mct_wide_mask)(-zero));
    const mct_wide_mask larger = absolute > e->largest;
    e->largest = (mct_wide)(((mct_wide_mask)absolute & larger) | ((mct_wide_mask)e->largest & ~larger));
    e->bad += *value * 0.0; /* a NaN is passed over above and kept here, as is infinity */
}

static double extent_of(const extent *e) {
    double value = 0.0;
    for (size_t l = 0; l < MCT_WIDTH; l++) value = e->largest[l] > value ? e->largest[l] : value;
    return value + mct_wide_sum(e->bad);
}

static void load(const mct_step_layout *a, size_t first, size_t last, double *to, size_t stride, const double *rows,
                 double fill) {
    const size_t mm = a->m * a->m;
    for (size_t b = first; b < last; b++) {
        for (size_t c = 0; c < mm; c++) {
            double *const out = to + b * stride + c * MCT_LANES;
            const double *const in = rows + c * a->N;
            for (size_t l = 0, q = b * MCT_LANES; l < MCT_LANES; l++, q++) {
                out[l] = q < a->N ? in[q] : fill * in[a->N - 1];
            }
        }
    }
}

MCT_INLINE void copy(size_t mm, const double *from, double *to) {
    for (size_t c = 0; c < mm; c++) {
        const mct_wide value = mct_wide_read(from + c * MCT_LANES);
        mct_wide_write(&value, to + c * MCT_LANES);
    }
}

MCT_INLINE void prepare_block(size_t m, const mct_step_layout *a, const double *p, double *s, double shift, size_t near,
                              size_t n, size_t begin, size_t i, mct_wide *work) {
    const size_t mm = m * m, size = mm * MCT_LANES;
    for (size_t k = 1; k <= near; k++) {
        copy(mm, p + a->weight_F + k * size, s + a->near_F + (k - 1) * a->plane);
        copy(mm, p + a->weight_M + k * size, s + a->near_M + (k - 1) * a->plane);
    }
    for (size_t l = i + 1 - MCT_GUESS < begin ? i + 1 - MCT_GUESS : begin; l <= i; l++) {
        copy(mm, p + a->F + l * size, s + a->recent_F + mct_recent_slot(n, l) * a->plane);
        if (l >= begin) copy(mm, p + a->M + l * size, s + a->recent_M + mct_recent_slot(n, l) * a->plane);
    }
    mct_wide *A = work, *B = A + mm, *C = B + mm;
    get(mm, s + a->Gamma, A);
    get(mm, p + a->weight_M, B);
    for (size_t c = 0; c < mm; c++) {
        const mct_wide zero = {0.0};
        A[c] += B[c];
        if (c % (m + 1) == 0) A[c] += shift;
        B[c] = c % (m + 1) == 0 ? zero + 1.0 : zero;
    }
    wide_solve(m, A, B);
    put(mm, B, s + a->A_inverse);
    get(mm, s + a->S, A);
    get(mm, p + a->weight_F, B);
    for (size_t c = 0; c < mm; c++) A[c] -= B[c];
    get(mm, s + a->W_inverse, B);
    wide_multiply(m, B, m, 1, A, m, 1, C);
    put(mm, C, s + a->right);
}

static void prepare(const mct_step_layout *a, size_t first, size_t last, double *base, double shift, size_t near,
                    size_t n, size_t begin, size_t i){
#define CALL(m, work) prepare_block(m, a, base + p, base + s, shift, near, n, begin, i, work)
    EACH_BLOCK(3, CALL)
#undef CALL
}

/* A^-1 C, C = what was known + what is recent. */
MCT_INLINE void history_block(size_t m, const mct_step_layout *a, const double *p, double *s,
                              const mct_step_recent *recent, mct_wide *work) {
    const size_t mm = m * m;
    mct_wide *C = work, *A = C + mm, *B = A + mm;
    get(mm, s + recent->known, C);
    for (size_t n = 0; n < recent->products; n++) {
        get(mm, s + recent->product[n].value, A);
        get(mm, (recent->product[n].weight_is_tail ? p : s) + recent->product[n].weight, B);
        if (recent->product[n].from_right) {
            add_product(m, A, B, C);
        } else {
            add_product(m, B, A, C);
        }
    }
    for (size_t n = 0; n < recent->terms; n++) {
        get(mm, s + recent->at[n], A);
        for (size_t c = 0; c < mm; c++) C[c] += recent->coefficient[n] * A[c];
    }
    get(mm, s + a->A_inverse, A);
    wide_multiply(m, A, m, 1, C, m, 1, B);
    put(mm, B, s + a->offset);
}

static void history(const mct_step_layout *a, size_t first, size_t last, double *base, const mct_step_recent *recent){
#define CALL(m, work) history_block(m, a, base + p, base + s, recent, work)
    EACH_BLOCK(3, CALL)
#undef CALL
}

MCT_INLINE void combine_block(size_t m, const mct_step_layout *a, const double *p, size_t q, size_t terms,
                              const double *coefficient, const size_t *at, double *to, double *rows, mct_wide *sum) {
    const size_t mm = m * m;
    for (size_t c = 0; c < mm; c++) sum[c] = coefficient[0] * mct_wide_read(p + at[0] + c * MCT_LANES);
    for (size_t s = 1; s < terms; s++) {
        for (size_t c = 0; c < mm; c++) sum[c] += coefficient[s] * mct_wide_read(p + at[s] + c * MCT_LANES);
    }
    if (to) put(mm, sum, to);
    if (rows) wide_write_rows(mm, a->N, q, sum, rows);
}

static void combine(const mct_step_layout *a, size_t first, size_t last, double *base, size_t stride, size_t terms,
                    const double *coefficient, const size_t *at, size_t to, double *rows) {
#define CALL(m, work)                                                        \
    combine_block(m, a, base + b * stride + part, q, terms, coefficient, at, \
                  to == MCT_STEP_NOWHERE ? NULL : base + b * stride + part + to, rows, work)
    EACH_BLOCK(1, CALL)
#undef CALL
}

typedef struct sums {
    extent residual;
    mct_wide with_residual[MCT_SECANTS], with_new[MCT_SECANTS];
} sums;

MCT_INLINE void update_block(size_t m, const mct_step_layout *a, double *s, size_t q, const double *x, const double *M,
                             const double *before, int pair, mct_wide *work, sums *sum) {
    const size_t mm = m * m;
    mct_wide *A = work, *B = A + mm, *C = B + mm;
    wide_read_rows(m, a->N, q, M, A);
    if (before) {
        wide_read_rows(m, a->N, q, before, B);
        for (size_t c = 0; c < mm; c++) B[c] = A[c] - B[c];
        put(mm, B, s + a->dM[pair]);
    }
    get(mm, s + a->right, B);
    wide_multiply(m, A, m, 1, B, m, 1, C);
    get(mm, s + a->A_inverse, A);
    wide_multiply(m, A, m, 1, C, m, 1, B); /* B = A^-1 M right */
    wide_read_rows(m, a->N, q, x, A);
    for (size_t c = 0; c < mm; c++) {
        const size_t at = c * MCT_LANES;
        const mct_wide r = B[c] - mct_wide_read(s + a->offset + at) - A[c];
        const mct_wide weight = mct_wide_read(s + a->norm + at), value = weight * r, twice = weight * value;
        extend(&value, &sum->residual);
        if (before) {
            const mct_wide dr = r - mct_wide_read(s + a->residual + at), weighted = weight * weight * dr;
            mct_wide_write(&dr, s + a->dr[pair] + at);
            for (size_t j = 0; j < MCT_SECANTS; j++) sum->with_new[j] += mct_wide_read(s + a->dr[j] + at) * weighted;
        }
        for (size_t j = 0; j < MCT_SECANTS; j++) sum->with_residual[j] += mct_wide_read(s + a->dr[j] + at) * twice;
        mct_wide_write(&r, s + a->residual + at);
    }
}

static void update(const mct_step_layout *a, size_t first, size_t last, double *base, const double *x, const double *M,
                   const double *before, mct_step_update *out) {
    const int pair = out->pair;
    sums sum;
    memset(&sum, 0, sizeof sum);
#define CALL(m, work) update_block(m, a, base + s, q, x, M, before, pair, work, &sum)
    EACH_BLOCK(3, CALL)
#undef CALL
    out->largest = extent_of(&sum.residual);
    for (size_t j = 0; j < MCT_SECANTS; j++) {
        out->with_residual[j] = mct_wide_sum(sum.with_residual[j]);
        out->with_new[j] = mct_wide_sum(sum.with_new[j]);
    }
}

MCT_INLINE void respond_block(size_t m, const mct_step_layout *a, double *s, size_t q, size_t slot, const double *M,
                              const double *coefficient, double *row, mct_wide *work, extent *found) {
    const size_t mm = m * m;
    mct_wide *A = work, *B = A + mm, *C = B + mm;
    wide_read_rows(m, a->N, q, M, A);
    for (size_t j = 0; coefficient && j < MCT_SECANTS; j++) {
        for (size_t c = 0; c < mm; c++) A[c] += coefficient[j] * mct_wide_read(s + a->dM[j] + c * MCT_LANES);
    }
    if (slot != MCT_STEP_NOWHERE) {
        get(mm, s + a->W_inverse, B);
        wide_multiply(m, A, m, 1, B, m, 1, C);
        put(mm, C, s + a->recent_M + slot * a->plane);
    }
    get(mm, s + a->right, B);
    wide_multiply(m, A, m, 1, B, m, 1, C);
    get(mm, s + a->A_inverse, A);
    wide_multiply(m, A, m, 1, C, m, 1, B);
    get(mm, s + a->offset, A);
    for (size_t c = 0; c < mm; c++) B[c] -= A[c];
    if (slot != MCT_STEP_NOWHERE) put(mm, B, s + a->recent_F + slot * a->plane);
    wide_write_rows(mm, a->N, q, B, row);
    for (size_t c = 0; c < mm; c++) {
        const mct_wide value = B[c] * mct_wide_read(s + a->norm + c * MCT_LANES);
        if (c % (m + 1) == 0) {
            extend(&value, found);
        } else {
            found->bad += value * 0.0;
        }
    }
}

static double respond(const mct_step_layout *a, size_t first, size_t last, double *base, size_t slot, const double *M,
                      const double *coefficient, double *row) {
    extent found;
    memset(&found, 0, sizeof found);
#define CALL(m, work) respond_block(m, a, base + s, q, slot, M, coefficient, row, work, &found)
    EACH_BLOCK(3, CALL)
#undef CALL
    return extent_of(&found);
}

static void interpolate(size_t count, size_t pitch, const double *restrict weight, const double *restrict value,
                        const double *restrict factor, double *restrict to) {
    for (size_t r = 0; r < count; r++) {
        double sum = 0.0;
#pragma GCC unroll 8
        for (size_t a = 0; a < MCT_NODES; a++) sum += weight[a * pitch + r] * value[a];
        to[r] += factor[r] * sum;
    }
}

MCT_INLINE void keep_part(const mct_step_layout *a, double *p, const double *s, size_t n, size_t from, size_t to) {
    const size_t mm = a->m * a->m, size = mm * MCT_LANES;
    for (size_t i = from; i <= to; i++)
        copy(mm, s + a->recent_F + mct_recent_slot(n, i) * a->plane, p + a->F + i * size);
    for (size_t i = from; i <= to; i++)
        copy(mm, s + a->recent_M + mct_recent_slot(n, i) * a->plane, p + a->M + i * size);
}

static void keep(const mct_step_layout *a, size_t first, size_t last, double *base, size_t n, size_t from, size_t to){
#define CALL(m, work) keep_part(a, base + p, base + s, n, from, to)
    EACH_PART(CALL, , )
#undef CALL
}

MCT_INLINE
    void change_part(const mct_step_layout *a, const double *p, const double *s, size_t i, size_t j, extent *found) {
    const size_t mm = a->m * a->m, size = mm * MCT_LANES;
    for (size_t at = 0; at < size; at += MCT_LANES) {
        const mct_wide value = mct_wide_read(s + a->norm + at) *
                               (mct_wide_read(p + a->F + i * size + at) - mct_wide_read(p + a->F + j * size + at));
        extend(&value, found);
    }
}

static double change(const mct_step_layout *a, size_t first, size_t last, const double *base, size_t i, size_t j) {
    extent found;
    memset(&found, 0, sizeof found);
#define CALL(m, work) change_part(a, base + p, base + s, i, j, &found)
    EACH_PART(CALL, , )
#undef CALL
    return extent_of(&found);
}

void MCT_VARIANT(mct_step_weights_)(const mct_step_layout *a, size_t first, size_t last, double *base,
                                    const mct_scheme *scheme, size_t cells, const mct_tails *tails);
void MCT_VARIANT(mct_step_ahead_)(const mct_step_layout *a, size_t first, size_t last, double *base, size_t i,
                                  size_t tiles, const mct_step_tile *tile);
void MCT_VARIANT(mct_step_catch_up_)(const mct_step_layout *a, size_t first, size_t last, double *base,
                                     const mct_step_catch_up *catch_up);
void MCT_VARIANT(mct_step_moments_)(const mct_step_layout *a, size_t first, size_t last, double *base,
                                    const mct_scheme *scheme, size_t n);
void MCT_VARIANT(mct_step_thin_)(const mct_step_layout *a, size_t first, size_t last, double *base,
                                 const mct_scheme *scheme, size_t n, mct_cells from, mct_cells to,
                                 const mct_tails *tails);

const mct_step_loops MCT_VARIANT(mct_step_loops_) = {
    .load = load,
    .prepare = prepare,
    .weights = MCT_VARIANT(mct_step_weights_),
    .ahead = MCT_VARIANT(mct_step_ahead_),
    .catch_up = MCT_VARIANT(mct_step_catch_up_),
    .history = history,
    .combine = combine,
    .update = update,
    .respond = respond,
    .interpolate = interpolate,
    .keep = keep,
    .change = change,
    .moments = MCT_VARIANT(mct_step_moments_),
    .thin = MCT_VARIANT(mct_step_thin_),
};
