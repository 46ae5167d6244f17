/* statics.c: from direct correlations to everything that the dynamics needs: S, S^-1, W, W^-1, Gamma. */
#include <math.h>
#include <stdlib.h>

#include "base/need.h"
#include "base/parts.h"
#include "model/statics.h"
#include "numeric/host_matrix.h"

mct_status mct_statics_create(mct_context *context, const mct_grid *grid, size_t species, mct_statics **statics) {
    MCT_NEED(context, grid, statics);
    const size_t N = grid->points, m = species, mm = m * m;
    *statics = NULL;
    mct_statics *s = calloc(1, sizeof *s);
    double *block = s ? calloc(N + 6 * mm * N + 2 * m, sizeof(double)) : NULL;
    if (!block) {
        free(s);
        return mct_fail(context, MCT_MEMORY, "statics of %zu species on %zu wave numbers: out of memory", m, N);
    }
    s->points = N;
    s->species = m;
    double **const arrays[] = {&s->structure_factor, &s->structure_factor_inverse, &s->direct_correlation,
                               &s->frequency,        &s->frequency_inverse,        &s->relaxation_rate};
    s->wave_number = block; /* first: it owns the block */
    block += N;
    for (size_t a = 0; a < sizeof arrays / sizeof *arrays; a++, block += mm * N) {
        *arrays[a] = block;
    }
    s->fraction = block;
    s->diffusivity = block + m;
    for (size_t i = 0; i < N; i++) s->wave_number[i] = mct_grid_wave_number(grid, i);
    *statics = s;
    return MCT_OK;
}

void mct_statics_destroy(mct_statics *statics) {
    if (statics) free(statics->wave_number);
    free(statics);
}

/* S^-1 = 1 - rho C, and W of eq. [6] and Gamma = W S^-1 = q^2 D ((lambda - 1) + S^-1) from S. */
static void from_structure_factor(const mct_mixture *mixture, mct_statics *s, size_t mu, size_t nu, size_t first,
                                  size_t last) {
    const size_t N = s->points, at = (mu * s->species + nu) * N;
    const double diffusivity = mixture->species[mu].diffusivity, activity = mixture->species[mu].activity - 1.0;
    const double one = mu == nu, root = sqrt(s->fraction[mu] * s->fraction[nu]);
    const double *const q = s->wave_number, *const c = s->direct_correlation + at, *const S = s->structure_factor + at;
    for (size_t i = first; i < last; i++) {
        const double scale = q[i] * q[i] * diffusivity, inverse = one - s->density * root * c[i];
        s->structure_factor_inverse[at + i] = inverse;
        s->frequency[at + i] = scale * (activity * S[i] + one);
        s->relaxation_rate[at + i] = scale * (activity * one + inverse);
    }
}

/* One c(k) for all pairs: S = (1 - s s^T) + s s^T S(k), s = sqrt(x), without the rounding of an elimination and, for one
 * component, of 1 + (S - 1), which loses a small compressibility.  W is diagonal but for a matrix of rank one, so that
 * Sherman and Morrison's formula gives W^-1; its denominator, sum x/lambda + S(k) sum x (1 - 1/lambda), cannot cancel. */
static void rank_one_element(const mct_mixture *mixture, mct_statics *s, size_t mu, size_t nu, size_t first,
                             size_t last) {
    const size_t m = s->species, at = (mu * m + nu) * s->points;
    const mct_species *const row = &mixture->species[mu], *const column = &mixture->species[nu];
    const double one = mu == nu, root = m > 1 ? sqrt(s->fraction[mu] * s->fraction[nu]) : 1.0;
    const double diagonal = one / (row->diffusivity * row->activity);
    const double product = root * (row->activity - 1.0) / (row->activity * column->activity * column->diffusivity);
    const double *const q = s->wave_number, *const c = s->direct_correlation;
    double *const S = s->structure_factor + at, *const W_inverse = s->frequency_inverse + at;
    double passive = 0.0, active = 0.0;
    for (size_t k = 0; k < m; k++) {
        const double slowness = 1.0 / mixture->species[k].activity;
        passive += s->fraction[k] * slowness;
        active += s->fraction[k] * (mixture->species[k].activity - 1.0) * slowness;
    }
    for (size_t i = first; i < last; i++) {
        const double total = 1.0 / (1.0 - s->density * c[i]); /* S(k) */
        S[i] = (one - root) + root * total;
        W_inverse[i] = (diagonal + product * (1.0 - total) / (passive + active * total)) / (q[i] * q[i]);
    }
    from_structure_factor(mixture, s, mu, nu, first, last);
}

/* Returns the first bad wave number, N if there is none. */
static size_t rank_one(const mct_mixture *mixture, int threads, mct_statics *s) {
    const size_t N = s->points, m = s->species;
    size_t bad = N;
    for (size_t i = N; i-- > 0;) {
        if (!(s->density * s->direct_correlation[i] < 1.0)) bad = i;
    }
    MCT_FOR_PARTS(
        N, threads, for (size_t mu = 0; mu < m; mu++) {
            for (size_t nu = 0; nu < m; nu++) rank_one_element(mixture, s, mu, nu, first, last);
        })
    return bad;
}

/* The same for any c_mn(k), wave number by wave number.  work: [2 m*m]. */
static size_t general(const mct_mixture *mixture, mct_statics *s, double *work) {
    const size_t N = s->points, m = s->species, mm = m * m;
    double *const a = work, *const b = work + mm;
    for (size_t i = 0; i < N; i++) {
        for (size_t c = 0; c < mm; c++) {
            const double C = sqrt(s->fraction[c / m] * s->fraction[c % m]) * s->direct_correlation[c * N + i];
            a[c] = (c / m == c % m) - s->density * C;
        }
        if (!mct_matrix_invert(m, a, b)) return i;
        for (size_t c = 0; c < mm; c++) s->structure_factor[c * N + i] = b[c];
    }
    for (size_t c = 0; c < mm; c++) from_structure_factor(mixture, s, c / m, c % m, 0, N);
    for (size_t i = 0; i < N; i++) {
        for (size_t c = 0; c < mm; c++) a[c] = s->frequency[c * N + i];
        if (!mct_matrix_invert(m, a, b)) return i;
        for (size_t c = 0; c < mm; c++) s->frequency_inverse[c * N + i] = b[c];
        for (size_t mu = 0; mu < m; mu++) {
            if (!(s->structure_factor[(mu * m + mu) * N + i] > 0.0)) return i;
        }
    }
    return N;
}

/* The first wave number with a value that is not finite; N if there is none. */
static size_t first_not_finite(const mct_statics *s) {
    const double *const arrays[] = {s->structure_factor, s->structure_factor_inverse, s->direct_correlation,
                                    s->frequency,        s->frequency_inverse,        s->relaxation_rate};
    const size_t count = s->species * s->species * s->points;
    size_t first = s->points;
    for (size_t a = 0; a < sizeof arrays / sizeof *arrays; a++) {
        int bad = 0;
        for (size_t i = 0; i < count; i++) bad |= !isfinite(arrays[a][i]);
        for (size_t i = 0; bad && i < count; i++) {
            if (!isfinite(arrays[a][i]) && i % s->points < first) first = i % s->points;
        }
    }
    return first;
}

mct_status mct_statics_derive(mct_context *context, const mct_mixture *mixture, int threads, mct_statics *statics) {
    const size_t m = statics->species, N = statics->points;
    size_t bad;
    if (statics->one_direct_correlation) {
        bad = rank_one(mixture, threads, statics);
    } else {
        double *const work = malloc((2 * m * m + 1) * sizeof *work);
        if (!work) return mct_fail(context, MCT_MEMORY, "statics of %zu species: out of memory", m);
        bad = general(mixture, statics, work);
        free(work);
    }
    if (bad < N) {
        return mct_fail(context, MCT_NON_FINITE,
                        "packing fraction %.17g: the structure factor is not positive or W is singular at wave "
                        "number %g",
                        mixture->packing_fraction, statics->wave_number[bad]);
    }
    bad = first_not_finite(statics);
    if (bad == N) return MCT_OK;
    return mct_fail(context, MCT_NON_FINITE,
                    "packing fraction %.17g: S, W, W^-1 or W S^-1 is beyond the range of numbers at wave number %g",
                    mixture->packing_fraction, statics->wave_number[bad]);
}
