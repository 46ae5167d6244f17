/* long_support.c: a state point with naive algebra around the library's kernel, for the long programs. */
#include "reference/long_support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POWER_STEPS_MAX = 3000 };

void *long_checked(void *memory) {
    if (!memory) {
        fputs("out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    return memory;
}

long_point long_point_create(mct_context *context, const mct_grid *grid, const mct_mixture *mixture) {
    long_point s = {.m = mixture->species_count, .N = grid->points};
    mct_solver_options options = mct_solver_options_default();
    mct_structure_options structure = mct_structure_options_default();
    s.count = s.m * s.m * s.N;
    s.buffer = long_checked(calloc(s.count, sizeof *s.buffer));
    s.M = long_checked(calloc(s.count, sizeof *s.M));
    s.wide = reference_array(s.count);
    if (mct_statics_create(context, grid, s.m, &s.statics) != MCT_OK ||
        mct_statics_compute(context, &structure, grid, mixture, s.statics) != MCT_OK ||
        mct_kernel_create(context, grid, s.m, 1, &options, &s.kernel) != MCT_OK ||
        mct_kernel_set_statics(s.kernel, 0, s.statics) != MCT_OK) {
        fprintf(stderr, "%s\n", mct_context_error(context));
        exit(EXIT_FAILURE);
    }
    s.state = reference_state_from_statics(grid, s.statics);
    return s;
}

void long_point_destroy(long_point *s) {
    free(s->buffer), free(s->M), free(s->wide);
    mct_kernel_destroy(s->kernel);
    mct_statics_destroy(s->statics);
    reference_state_destroy(s->state);
}

void long_point_map(long_point *s, const long double *F, long double *next) {
    reference_narrow(s->count, F, s->buffer);
    if (mct_kernel_apply(s->kernel, 0, 1, s->buffer, s->M) != MCT_OK) exit(EXIT_FAILURE);
    for (size_t i = 0; i < s->count; i++) s->wide[i] = (long double)s->M[i];
    reference_glass_map(s->state, s->wide, next);
}

static bool melted(const long_point *s, const long double *F) {
    for (size_t mu = 0; mu < s->m; mu++)
        for (size_t q = 0; q < s->N; q++) {
            size_t i = mu * (s->m + 1) * s->N + q;
            if (F[i] > 1e-4L * s->state->S[i]) return false;
        }
    return true;
}

reference_phase long_point_iterate(long_point *s, long double tolerance, unsigned long steps_max, long double *F,
                                   long double *change) {
    long double *next = reference_array(s->count);
    reference_phase phase = REFERENCE_UNDECIDED;
    *change = INFINITY;
    for (size_t i = 0; i < s->count; i++) F[i] = s->state->S[i];
    for (unsigned long step = 0; step < steps_max && phase == REFERENCE_UNDECIDED; step++) {
        long_point_map(s, F, next);
        *change = reference_distance(s->state, F, next);
        memcpy(F, next, s->count * sizeof *F);
        if (*change <= tolerance)
            phase = REFERENCE_GLASS;
        else if (melted(s, F))
            phase = REFERENCE_FLUID;
    }
    free(next);
    return phase;
}

double long_point_eigenvalue(long_point *s, const long double *F) {
    double *d = long_checked(calloc(s->count, sizeof *d)), last = 0.0, value = 0.0;
    reference_narrow(s->count, F, d);
    if (mct_kernel_linearise(s->kernel, 0, 1, d, NULL) != MCT_OK) exit(EXIT_FAILURE);
    for (int step = 0; step < POWER_STEPS_MAX; step++) {
        double before = 0.0, after = 0.0;
        for (size_t i = 0; i < s->count; i++) before += d[i] * d[i];
        for (size_t i = 0; i < s->count; i++) d[i] /= sqrt(before);
        if (mct_kernel_derivative(s->kernel, 0, 1, d, s->M) != MCT_OK) exit(EXIT_FAILURE);
        for (size_t i = 0; i < s->count; i++) s->wide[i] = (long double)s->M[i];
        reference_glass_sandwich(s->state, F, s->wide, s->wide);
        reference_narrow(s->count, s->wide, d);
        for (size_t i = 0; i < s->count; i++) after += d[i] * d[i];
        last = value;
        value = sqrt(after);
        if (step > 10 && fabs(value - last) < 1e-9) break;
    }
    free(d);
    return value;
}

int long_by_size(const void *a, const void *b) {
    unsigned long x = *(const unsigned long *)a, y = *(const unsigned long *)b;
    return x < y ? -1 : x > y;
}
