/* fourier_loops.c: images of functions and correlations of them, by transforms of MCT_ROW sequences at once.
 *
 * Half-integer places j + 1/2 and frequencies m + 1/2: sequences of period 2n that change sign after n, n = 2 size.  Of
 * e (even) and t (odd) these are the coefficients
 *   C_m = sum_j e_j cos a, S_m = sum_j t_j sin a,   a = pi (2m + 1)(2j + 1)/(4n).
 * The transform of the `size` numbers e_2j + i e_{n-1-2j} is C_2f + i C_{n-1-2f} but for factors on either side, and for
 * -C_{n-1-2f}, whose sign makes no difference to products of two C and is what the sine sum of Sx Cy - Cx Sy asks for.
 * With t the real and imaginary parts change places.
 * Lags are integers: sum_m A_m cos(pi (2m + 1) i/(2n)) is the real part of a transform of n numbers, which are the
 * coefficients in the very order in which they are, turned by e^{-i pi i/(2n)}; the sine sum is its imaginary part.  Two
 * sums make one complex transform of n: two of n/2, for even and for odd lags. */
#include "base/constants.h"
#include "cpu/simd/rows.h"

/* Rows of the forward transform: C of TOGETHER functions, S of them.  Of the one to lags, even: P + iO of COMPONENTS,
 * K3 + iD of them, and the same for odd lags. */
enum { TOGETHER = MCT_ROW / 2, COMPONENTS = TOGETHER / 2 };

MCT_ALWAYS void read_row(mct_row *row, const double *from) {
    *row = *(const mct_row_anywhere *)from;
}

MCT_ALWAYS void write_row(const mct_row *row, double *to) {
    *(mct_row_anywhere *)to = *row;
}

MCT_ALWAYS void write_some(const mct_row *row, double *to, size_t count) {
    memcpy(to, row, (count < MCT_ROW ? count : MCT_ROW) * sizeof *to);
}

static const mct_row zero;

/* --- Functions to images -------------------------------------------------------------------------------------- */

/* Coefficients f and h + f, f = p ... p + MCT_ROW - 1 of C, then of S, lie side by side: what belongs together is one stream
 * of memory. */
enum { C_LOW, C_HIGH, S_LOW, S_HIGH, PARTS };

MCT_ALWAYS size_t place(size_t p, int part) {
    return (p / MCT_LANES * PARTS + (size_t)part) * MCT_LANES + p % MCT_LANES;
}

/* e and t of TOGETHER functions at every second of 2 MCT_ROW wave numbers from q on, the even or the odd ones, a row of them
 * each; zero beyond N.  `beyond`: zeros, and what there is of the functions across N. */
MCT_ALWAYS void every_second(size_t N, size_t q, bool odd, size_t count, double balance, const double *k,
                             const double *const *X, double (*across)[2 * MCT_ROW], mct_row *a) {
    const bool whole = q + 2 * MCT_ROW <= N;
    mct_row low, high;
    read_row(&low, k + q);
    read_row(&high, k + q + MCT_ROW);
    const mct_row wave = odd ? MCT_ROW_ODD(low, high) : MCT_ROW_EVEN(low, high);
    for (size_t c = 0; c < TOGETHER; c++) { /* lanes without a function: the first one again */
        const size_t function = c < count ? c : 0;
        const double *const x = whole ? X[function] + q : across[function];
        read_row(&low, x);
        read_row(&high, x + MCT_ROW);
        a[TOGETHER + c] = wave * (odd ? MCT_ROW_ODD(low, high) : MCT_ROW_EVEN(low, high));
        a[c] = balance * wave * a[TOGETHER + c];
    }
    mct_rows_transpose(a);
}

typedef struct images {
    const mct_transform *t;
    size_t count;
    double *const *image;
} images;

static void write_images(const void *user, size_t at, size_t rows, mct_complex_row *z) {
    const images *const to = user;
    const mct_transform *const t = to->t;
    for (size_t p = at; p < at + rows; p += MCT_ROW, z += MCT_ROW) {
        mct_row a[MCT_ROW], b[MCT_ROW];
        for (size_t r = 0; r < MCT_ROW; r++) {
            mct_complex_row x = z[r];
            mct_row_multiply(&x, t->quarter_frequency[2 * (p + r)], t->quarter_frequency[2 * (p + r) + 1]);
            a[r] = x.re;
            b[r] = x.im;
        }
        mct_rows_transpose(a);
        mct_rows_transpose(b);
        for (size_t c = 0; c < to->count; c++) {
            write_row(&a[c], to->image[c] + place(p, C_LOW));
            write_row(&b[c], to->image[c] + place(p, C_HIGH));
            write_row(&a[TOGETHER + c], to->image[c] + place(p, S_LOW));
            write_row(&b[TOGETHER + c], to->image[c] + place(p, S_HIGH));
        }
    }
}

static void load(const mct_transform *t, size_t N, size_t count, double balance, const double *k,
                 const double *const *X, double *rows, double *const *image) {
    const size_t h = t->size, n = 2 * h, span = 2 * MCT_ROW, whole = N / span * span;
    mct_complex_row *const z = (mct_complex_row *)rows;
    mct_row a[MCT_ROW], b[MCT_ROW];
    double across[TOGETHER][2 * MCT_ROW] = {{0}};
    for (size_t c = 0; c < count; c++) memcpy(across[c], X[c] + whole, (N - whole) * sizeof **across);
    for (size_t j = 0; j < h; j += MCT_ROW) { /* e_2j + i e_{n-1-2j} and t_{n-1-2j} + i t_2j */
        const size_t front = 2 * j, back = n - span - 2 * j;
        if (front < N) every_second(N, front, false, count, balance, k, X, across, a);
        if (back < N) every_second(N, back, true, count, balance, k, X, across, b);
        for (size_t r = 0; r < MCT_ROW; r++) {
            const mct_row x = front < N ? a[r] : zero, y = back < N ? b[MCT_ROW - 1 - r] : zero;
            z[j + r] = (mct_complex_row){MCT_ROW_HALVES(x, y), MCT_ROW_HALVES(y, x)};
            mct_row_multiply(&z[j + r], t->quarter[2 * (j + r)], t->quarter[2 * (j + r) + 1]);
        }
    }
    mct_rows_transform(t, z, write_images, &(images){t, count, image});
}

static void unload(const mct_transform *t, size_t N, size_t count, double balance, const double *k,
                   const double *const *image, double *rows, double *field, double *const *X) {
    const size_t h = t->size, n = 2 * h;
    mct_complex_row *const z = (mct_complex_row *)rows;
    mct_row *const f = (mct_row *)field, a[MCT_ROW], b[MCT_ROW];
    for (size_t p = 0; p < h; p += MCT_ROW) {
        for (size_t c = 0; c < TOGETHER; c++) {
            const double *const from = image[c < count ? c : 0];
            mct_row second;
            read_row(&a[c], from + place(p, C_LOW));
            read_row(&second, from + place(p, C_HIGH));
            b[c] = -second;
            read_row(&b[TOGETHER + c], from + place(p, S_LOW));
            read_row(&a[TOGETHER + c], from + place(p, S_HIGH));
        }
        mct_rows_transpose(a);
        mct_rows_transpose(b);
        for (size_t r = 0; r < MCT_ROW; r++) {
            mct_complex_row x = {a[r], b[r]};
            mct_row_multiply(&x, t->quarter_frequency[2 * (p + r)], t->quarter_frequency[2 * (p + r) + 1]);
            z[p + r] = x;
        }
    }
    mct_rows_transform_into_order(t, z, NULL, NULL);
    for (size_t j = 0; j < h; j++) {
        const size_t front = 2 * j, back = n - 1 - 2 * j;
        mct_complex_row x = z[j];
        mct_row_multiply(&x, t->quarter[2 * j], t->quarter[2 * j + 1]);
        if (front < N) f[front] = x.re;
        const mct_row minus = -x.im;
        if (back < N) f[back] = MCT_ROW_HALVES(minus, x.im);
    }
    for (size_t q = 0; q < N; q += MCT_ROW) {
        mct_row wave;
        read_row(&wave, k + q);
        for (size_t r = 0; r < MCT_ROW; r++) a[r] = q + r < N ? f[q + r] : zero;
        mct_rows_transpose(a);
        for (size_t c = 0; c < count; c++) {
            const mct_row x = wave * (a[TOGETHER + c] + balance * wave * a[c]);
            write_some(&x, X[c] + q, N - q);
        }
    }
}

/* --- Images to increments ------------------------------------------------------------------------------------- */

/* P + iO and K3 + iD at MCT_ROW coefficients. */
typedef struct spectra {
    mct_complex_row first, second;
} spectra;

MCT_ALWAYS void product(size_t pairs, const double *const image[2][4], size_t C_at, size_t S_at, spectra *s) {
    *s = (spectra){{zero, zero}, {zero, zero}};
    for (size_t p = 0; p < pairs; p++) {
        mct_row C[4], S[4];
        for (int a = 0; a < 4; a++) {
            read_row(&C[a], image[p][a] + C_at);
            read_row(&S[a], image[p][a] + S_at);
        }
        const mct_row xy = S[0] * S[1], uv = S[2] * S[3];
        s->first.re += xy + uv;
        s->first.im += S[0] * C[1] - C[0] * S[1];
        s->second.re += C[0] * C[1] - C[2] * C[3];
        s->second.im += xy - uv;
    }
}

/* e^{-i pi i/(2n)} for the even and the odd lag of row j, and what makes O and D of it. */
typedef struct turn {
    mct_row re, im, times_im, times_re;
} turn;

MCT_ALWAYS void turn_of(const mct_transform *t, size_t j, turn *w) {
    const double *const even = t->lag + 4 * j;
    const mct_row e_re = zero + even[0], e_im = zero + even[1], o_re = zero + even[2], o_im = zero + even[3];
    w->re = MCT_ROW_HALVES(e_re, o_re);
    w->im = MCT_ROW_HALVES(e_im, o_im);
    const mct_row minus = -w->re;
    w->times_im = MCT_ROW_QUARTERS(w->im, w->re);
    w->times_re = MCT_ROW_QUARTERS(minus, w->im);
}

/* Lane of component c in row j / 2 of the lags: lag j, sum 0 or 1 of its pair. */
MCT_ALWAYS size_t lane_of(size_t lag, size_t second, size_t c) {
    return (lag & 1) * TOGETHER + second * COMPONENTS + c;
}

/* Lags from the transform, each as a row P, K3, O, D of COMPONENTS each. */
MCT_ALWAYS void lags_of(const mct_transform *t, size_t lags, const mct_complex_row *z, mct_row *lag) {
    const size_t h = t->size;
    for (size_t j = 0; 2 * j < lags; j++) {
        const mct_complex_row x = z[j], even = z[j ? h - j : 0], odd = z[h - 1 - j];
        const mct_complex_row y = {MCT_ROW_HALVES(even.re, odd.re), MCT_ROW_HALVES(even.im, odd.im)};
        turn w;
        turn_of(t, j, &w);
        const mct_row first = (x.re + y.re) * w.re - (x.im - y.im) * w.im;
        const mct_row second = (x.im + y.im) * w.times_im + (x.re - y.re) * w.times_re;
        lag[2 * j] = MCT_ROW_LOWER(first, second);
        lag[2 * j + 1] = MCT_ROW_UPPER(first, second);
    }
}

typedef struct factors {
    const mct_transform *t;
    size_t count, pairs;
    const double *const (*image)[2][4];
} factors;

static void write_products(const void *user, size_t at, size_t rows, mct_complex_row *z) {
    const factors *const of = user;
    for (size_t p = at; p < at + rows; p += MCT_ROW, z += MCT_ROW) {
        mct_row a[MCT_ROW], b[MCT_ROW], half_re, half_im;
        read_row(&half_re, of->t->half_re + p);
        read_row(&half_im, of->t->half_im + p);
        for (size_t c = 0; c < COMPONENTS; c++) {
            const size_t pairs = c < of->count ? of->pairs : 0, component = c < of->count ? c : 0;
            spectra low, high;
            product(pairs, of->image[component], place(p, C_LOW), place(p, S_LOW), &low);
            product(pairs, of->image[component], place(p, C_HIGH), place(p, S_HIGH), &high);
            for (size_t second = 0; second < 2; second++) {
                mct_complex_row even = second ? low.second : low.first, odd = second ? high.second : high.first;
                mct_row_butterfly(&even, &odd);
                a[lane_of(0, second, c)] = even.re;
                b[lane_of(0, second, c)] = even.im;
                a[lane_of(1, second, c)] = odd.re * half_re - odd.im * half_im;
                b[lane_of(1, second, c)] = odd.re * half_im + odd.im * half_re;
            }
        }
        mct_rows_transpose(a);
        mct_rows_transpose(b);
        for (size_t r = 0; r < MCT_ROW; r++) z[r] = (mct_complex_row){a[r], b[r]};
    }
}

static void correlate(const mct_transform *t, size_t lags, size_t count, size_t pairs,
                      const double *const (*image)[2][4], double *rows, double *lag) {
    mct_complex_row *const z = (mct_complex_row *)rows;
    mct_rows_transform_into_order(t, z, write_products, &(factors){t, count, pairs, image});
    lags_of(t, lags, z, (mct_row *)lag);
}

static const double corrected_weight[3] = MCT_CORRECTED_WEIGHTS;

/* See loops.h; increment_loops.c has the same for single components. */
MCT_ALWAYS void assemble_rows(const mct_transform *t, size_t N, size_t count, bool corrected, const double *prefactor,
                              mct_row *d, double *const *M) {
    mct_row P = zero, K3 = zero, O = zero, factor[3] = {zero, zero, zero}, sum = zero;
    for (size_t c = 0; c < COMPONENTS; c++) {
        P[c] = K3[COMPONENTS + c] = O[2 * COMPONENTS + c] = 1.0;
        for (size_t a = 0; c < count && a < 3; a++) factor[a][a * COMPONENTS + c] = prefactor[c];
    }
    double *const last = M[count - 1], *const first = M[0];
    for (size_t i = 0; i < N + (corrected ? 2 : 0); i++) { /* P, m^2 (4 K3 + m^2 D), -m O */
        const double *const m = t->of_lag + 3 * i;
        const mct_row D = MCT_ROW_LAST(d[i]);
        mct_row term = (P + m[0] * O + m[1] * K3) * d[i] + m[2] * K3 * D;
        if (corrected) {
            d[i] = term;
            if (i < 2) continue;
            const size_t at = i - 2, before1 = at > 0 ? at - 1 : 1, before2 = at > 1 ? at - 2 : 2 - at; /* even */
            term = corrected_weight[0] * d[at] + corrected_weight[1] * (d[before1] + d[at + 1]) +
                   corrected_weight[2] * (d[before2] + term);
        }
        const size_t at = corrected ? i - 2 : i;
        const double *const q = t->of_wave_number + 3 * at;
        sum += (at ? 1.0 : 0.5) * term;
        const mct_row parts = (q[0] * factor[0] + q[1] * factor[1] + q[2] * factor[2]) * sum;
        const mct_row halves = parts + MCT_ROW_UPPER(parts, parts), all = halves + MCT_ROW_SECOND(halves);
        last[at] = all[COMPONENTS - 1];
        first[at] = all[0];
    }
}

static void assemble(const mct_transform *t, size_t N, size_t count, int corrected, const double *prefactor,
                     double *lag, double *const *M) {
    if (corrected) {
        assemble_rows(t, N, count, true, prefactor, (mct_row *)lag, M);
    } else {
        assemble_rows(t, N, count, false, prefactor, (mct_row *)lag, M);
    }
}

/* Adjoint of product: adds to the adjoint images. */
MCT_ALWAYS void product_adjoint(const spectra *s, const double *const image[4], size_t C_at, size_t S_at,
                                double *const out[4]) {
    mct_row C[4], S[4], D[4], T[4];
    for (int a = 0; a < 4; a++) {
        read_row(&C[a], image[a] + C_at);
        read_row(&S[a], image[a] + S_at);
    }
    /* cppcheck-suppress uninitvar; a loop of the caller has written both */
    const mct_row sum = s->first.re + s->second.im, difference = s->first.re - s->second.im;
    const mct_row odd = s->first.im, third = s->second.re;
    D[0] = third * C[1] - odd * S[1];
    T[0] = sum * S[1] + odd * C[1];
    D[1] = third * C[0] + odd * S[0];
    T[1] = sum * S[0] - odd * C[0];
    D[2] = -third * C[3];
    T[2] = difference * S[3];
    D[3] = -third * C[2];
    T[3] = difference * S[2];
    for (int a = 0; a < 4; a++) { /* one after the other: some may be the same */
        mct_row x;
        read_row(&x, out[a] + C_at);
        x += D[a];
        write_row(&x, out[a] + C_at);
        read_row(&x, out[a] + S_at);
        x += T[a];
        write_row(&x, out[a] + S_at);
    }
}

static void correlate_adjoint(const mct_transform *t, size_t lags, size_t count, const double *const (*increment)[4],
                              const double *const (*image)[4], double *rows, double *const (*out)[4]) {
    const size_t h = t->size;
    mct_complex_row *const z = (mct_complex_row *)rows;
    memset(z, 0, h * sizeof *z);
    for (size_t j = 0; 2 * j < lags; j++) {
        mct_row first = zero, second = zero;
        for (size_t c = 0; c < count; c++) {
            for (size_t lag = 2 * j; lag < lags && lag < 2 * j + 2; lag++) {
                first[lane_of(lag, 0, c)] = increment[c][0][lag];
                second[lane_of(lag, 0, c)] = increment[c][1][lag];
                first[lane_of(lag, 1, c)] = increment[c][2][lag];
                second[lane_of(lag, 1, c)] = increment[c][3][lag];
            }
        }
        turn w;
        turn_of(t, j, &w);
        const mct_row re = first * w.re, im = first * w.im, re2 = second * w.times_im, im2 = second * w.times_re;
        z[j].re += re - im2;
        z[j].im += im + re2;
        const mct_row mirror_re = re + im2, mirror_im = re2 - im;
        mct_complex_row *const even = &z[j ? h - j : 0], *const odd = &z[h - 1 - j];
        even->re += MCT_ROW_HALVES(mirror_re, zero);
        even->im += MCT_ROW_HALVES(mirror_im, zero);
        odd->re += MCT_ROW_HALVES(zero, mirror_re);
        odd->im += MCT_ROW_HALVES(zero, mirror_im);
    }
    mct_rows_transform(t, z, NULL, NULL);
    for (size_t p = 0; p < h; p += MCT_ROW) {
        mct_row a[MCT_ROW], b[MCT_ROW], half_re, half_im;
        read_row(&half_re, t->half_re + p);
        read_row(&half_im, t->half_im + p);
        for (size_t r = 0; r < MCT_ROW; r++) a[r] = z[p + r].re, b[r] = z[p + r].im;
        mct_rows_transpose(a);
        mct_rows_transpose(b);
        for (size_t c = 0; c < count; c++) {
            spectra low, high;
            for (size_t second = 0; second < 2; second++) {
                const mct_row re = a[lane_of(1, second, c)], im = b[lane_of(1, second, c)];
                mct_complex_row even = {a[lane_of(0, second, c)], b[lane_of(0, second, c)]};
                mct_complex_row odd = {re * half_re - im * half_im, re * half_im + im * half_re};
                mct_row_butterfly(&even, &odd);
                *(second ? &low.second : &low.first) = even;
                *(second ? &high.second : &high.first) = odd;
            }
            product_adjoint(&low, image[c], place(p, C_LOW), place(p, S_LOW), out[c]);
            product_adjoint(&high, image[c], place(p, C_HIGH), place(p, S_HIGH), out[c]);
        }
    }
}

/* --- Small lags ----------------------------------------------------------------------------------------------- */

/* K3 at lags first ... first + LAGS - 1: with e continued as even about -1/2, the sum over j >= 0 of both orders and
 * the pairs across -1/2.  What is read at j serves all these lags. */
enum { LAGS = 4 };

static void some_lags(size_t n, size_t first, const double *restrict x, const double *restrict y,
                      const double *restrict u, const double *restrict v, double *restrict K3) {
    mct_wide wide[LAGS] = {0};
    const size_t pairs = n - first - (LAGS - 1); /* of the largest lag: the smaller ones have a few more */
    size_t j = 0;
    for (; j + MCT_WIDTH <= pairs; j += MCT_WIDTH) {
        const mct_wide xj = mct_wide_read(x + j), yj = mct_wide_read(y + j);
        const mct_wide uj = mct_wide_read(u + j), vj = mct_wide_read(v + j);
        for (size_t i = 0; i < LAGS; i++) {
            const size_t at = j + first + i;
            wide[i] += (xj * mct_wide_read(y + at) - uj * mct_wide_read(v + at)) +
                       (mct_wide_read(x + at) * yj - mct_wide_read(u + at) * vj);
        }
    }
    for (size_t i = 0; i < LAGS; i++) {
        const size_t lag = first + i;
        double sum = mct_wide_sum(wide[i]);
        for (size_t a = j, b = j + lag; b < n; a++, b++) {
            sum += (x[a] * y[b] - u[a] * v[b]) + (x[b] * y[a] - u[b] * v[a]);
        }
        for (size_t a = 0; a < lag; a++) sum += x[a] * y[lag - 1 - a] - u[a] * v[lag - 1 - a];
        K3[lag] += sum;
    }
}

static void small_lags(size_t n, size_t count, const double *const e[4], double *K3) {
    for (size_t first = 0; first < count; first += LAGS) some_lags(n, first, e[0], e[1], e[2], e[3], K3);
}

const mct_fourier_loops MCT_VARIANT(mct_fourier_loops_) = {
    .together = TOGETHER,
    .load = load,
    .unload = unload,
    .correlate = correlate,
    .assemble = assemble,
    .correlate_adjoint = correlate_adjoint,
    .small_lags = small_lags,
};
