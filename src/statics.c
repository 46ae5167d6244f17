/* statics.c: from direct correlations to everything that the dynamics needs: S, S^-1, W, W^-1, Gamma. */
#include <math.h>
#include <stdlib.h>

#include "closure.h"

mct_structure_options mct_structure_options_default(void) {
    return (mct_structure_options){.closure = MCT_CLOSURE_PERCUS_YEVICK};
}

mct_status mct_statics_create(mct_context *context, const mct_grid *grid, size_t species, mct_statics **statics) {
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

/* B = A^-1 of one m x m matrix by Gauss-Jordan with partial pivoting; A is overwritten.  False if singular. */
static bool invert(size_t m, double *A, double *B) {
    for (size_t r = 0; r < m; r++) {
        for (size_t c = 0; c < m; c++) B[r * m + c] = r == c;
    }
    for (size_t k = 0; k < m; k++) {
        size_t pivot = k;
        for (size_t r = k + 1; r < m; r++) {
            if (fabs(A[r * m + k]) > fabs(A[pivot * m + k])) pivot = r;
        }
        if (!(fabs(A[pivot * m + k]) > 0.0)) return false;
        for (size_t c = 0; c < m; c++) {
            double a = A[k * m + c], b = B[k * m + c];
            A[k * m + c] = A[pivot * m + c], A[pivot * m + c] = a;
            B[k * m + c] = B[pivot * m + c], B[pivot * m + c] = b;
        }
        double scale = 1.0 / A[k * m + k];
        for (size_t c = 0; c < m; c++) A[k * m + c] *= scale, B[k * m + c] *= scale;
        for (size_t r = 0; r < m; r++) {
            double factor = A[r * m + k];
            if (r == k || factor == 0.0) continue;
            for (size_t c = 0; c < m; c++) {
                A[r * m + c] -= factor * A[k * m + c];
                B[r * m + c] -= factor * B[k * m + c];
            }
        }
    }
    return true;
}

/* All matrices at wave number q_i from c_mn(q_i): S^-1 = 1 - rho C, S, W [6], W^-1, Gamma = W S^-1.
 * work: [3 m*m].  False if S is not positive or W singular. */
static bool matrices(const mct_mixture *mixture, mct_statics *s, size_t i, double *work) {
    const size_t N = s->points, m = s->species, mm = m * m;
    double *a = work, *b = work + mm, *inverse = work + 2 * mm;
    double q2 = s->wave_number[i] * s->wave_number[i];
    for (size_t mu = 0; mu < m; mu++) {
        for (size_t nu = 0; nu < m; nu++) {
            size_t c = mu * m + nu;
            double C = sqrt(s->fraction[mu] * s->fraction[nu]) * s->direct_correlation[c * N + i];
            inverse[c] = (mu == nu) - s->density * C;
            a[c] = inverse[c];
            s->structure_factor_inverse[c * N + i] = inverse[c];
        }
    }
    if (s->one_direct_correlation) {
        /* rank one: S = (1 - sqrt(x x)) + sqrt(x x) S(k), without the rounding of an elimination and, for one
         * component, of 1 + (S - 1), which loses a small compressibility */
        const double rho_c = s->density * s->direct_correlation[i];
        if (!(rho_c < 1.0)) return false;
        for (size_t mu = 0; mu < m; mu++) {
            for (size_t nu = 0; nu < m; nu++) {
                const double root = m > 1 ? sqrt(s->fraction[mu] * s->fraction[nu]) : 1.0;
                b[mu * m + nu] = ((mu == nu) - root) + root / (1.0 - rho_c);
            }
        }
    } else if (!invert(m, a, b)) {
        return false;
    }
    for (size_t mu = 0; mu < m; mu++) {
        if (!(b[mu * m + mu] > 0.0)) return false;
        for (size_t nu = 0; nu < m; nu++) {
            size_t c = mu * m + nu;
            const mct_species *species = &mixture->species[mu];
            s->structure_factor[c * N + i] = b[c];
            a[c] = q2 * species->diffusivity * ((species->activity - 1.0) * b[c] + (mu == nu));
            s->frequency[c * N + i] = a[c];
        }
    }
    for (size_t mu = 0; mu < m; mu++) {
        for (size_t nu = 0; nu < m; nu++) {
            double sum = 0.0;
            for (size_t k = 0; k < m; k++) sum += a[mu * m + k] * inverse[k * m + nu];
            s->relaxation_rate[(mu * m + nu) * N + i] = sum;
        }
    }
    if (!invert(m, a, b)) return false;
    for (size_t c = 0; c < mm; c++) s->frequency_inverse[c * N + i] = b[c];
    return true;
}

static bool all_finite(const mct_statics *s, size_t i) {
    const double *const arrays[] = {s->structure_factor, s->structure_factor_inverse, s->direct_correlation,
                                    s->frequency,        s->frequency_inverse,        s->relaxation_rate};
    for (size_t a = 0; a < sizeof arrays / sizeof *arrays; a++) {
        for (size_t c = 0; c < s->species * s->species; c++) {
            if (!isfinite(arrays[a][c * s->points + i])) return false;
        }
    }
    return true;
}

mct_status mct_statics_update(mct_context *context, const mct_structure_options *options, const mct_mixture *mixture,
                              mct_statics *statics) {
    const size_t m = statics->species;
    const mct_closure_entry *closure = mct_closure_find(options->closure);
    if (!closure) return mct_fail(context, MCT_ARGUMENT, "structure.closure = %d: unknown", (int)options->closure);
    statics->density = mct_mixture_density(mixture);
    for (size_t mu = 0; mu < m; mu++) {
        statics->fraction[mu] = mixture->species[mu].fraction;
        statics->diffusivity[mu] = mixture->species[mu].diffusivity;
    }
    MCT_TRY(closure->direct_correlation(context, mixture, statics));
    double *work = malloc((3 * m * m + 1) * sizeof *work);
    if (!work) return mct_fail(context, MCT_MEMORY, "statics of %zu species: out of memory", m);
    mct_status status = MCT_OK;
    for (size_t i = 0; i < statics->points && status == MCT_OK; i++) {
        if (!matrices(mixture, statics, i, work)) {
            status = mct_fail(context, MCT_NON_FINITE,
                              "packing fraction %.17g: the structure factor is not positive or W is singular at wave "
                              "number %g",
                              mixture->packing_fraction, statics->wave_number[i]);
        } else if (!all_finite(statics, i)) {
            status = mct_fail(context, MCT_NON_FINITE,
                              "packing fraction %.17g: S, W, W^-1 or W S^-1 is beyond the range of numbers at wave "
                              "number %g",
                              mixture->packing_fraction, statics->wave_number[i]);
        }
    }
    free(work);
    return status;
}

mct_status mct_statics_compute(mct_context *context, const mct_structure_options *options, const mct_grid *grid,
                               const mct_mixture *mixture, mct_statics *statics) {
    MCT_TRY(mct_grid_check(context, grid));
    MCT_TRY(mct_mixture_check(context, mixture));
    if (statics->points != grid->points || statics->species != mixture->species_count) {
        return mct_fail(context, MCT_ARGUMENT, "statics made for %zu wave numbers and %zu species, not %zu and %zu",
                        statics->points, statics->species, grid->points, mixture->species_count);
    }
    for (size_t i = 0; i < grid->points; i++) statics->wave_number[i] = mct_grid_wave_number(grid, i);
    return mct_statics_update(context, options, mixture, statics);
}
