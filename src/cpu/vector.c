/* vector.c: inner products and norms of batches, in the metric of the nonergodicity parameters f. */
#include <math.h>

#include "cpu/cpu.h"

void mct_cpu_dot(void *state, size_t first_point, size_t count, const double *x, const double *y, double *out) {
    const mct_cpu *cpu = state;
    for (size_t p = 0; p < count; p++, x += cpu->n, y += cpu->n) {
        const double *const weight = cpu->weight + (first_point + p) * cpu->n;
        MCT_FOR_PARTS(cpu->n, mct_cpu_team(cpu, count),
                      cpu->part[part] = cpu->loops->vector->dot(last - first, weight + first, x + first, y + first))
        out[p] = 0.0;
        for (size_t part = 0; part < mct_parts(cpu->n); part++) out[p] += cpu->part[part];
    }
}

void mct_cpu_max_norm(void *state, size_t first_point, size_t count, const double *x, double *out) {
    const mct_cpu *cpu = state;
    for (size_t p = 0; p < count; p++, x += cpu->n) {
        const double *const weight = cpu->weight + (first_point + p) * cpu->n;
        MCT_FOR_PARTS(cpu->n, mct_cpu_team(cpu, count),
                      cpu->part[part] = cpu->loops->vector->max_norm(last - first, weight + first, x + first))
        out[p] = 0.0;
        for (size_t part = 0; part < mct_parts(cpu->n) && !isnan(out[p]); part++) {
            if (!(cpu->part[part] <= out[p])) out[p] = cpu->part[part]; /* a NaN stays */
        }
    }
}

void mct_cpu_weigh(void *state, size_t first_point, size_t count, int inverse, double *x) {
    const mct_cpu *cpu = state;
    for (size_t p = 0; p < count; p++, x += cpu->n) {
        const double *const weight = cpu->weight + (first_point + p) * cpu->n;
        MCT_FOR_PARTS(cpu->n, mct_cpu_team(cpu, count),
                      cpu->loops->vector->weigh(last - first, inverse, weight + first, x + first))
    }
}

void mct_cpu_axpby(void *state, size_t first_point, size_t count, const double *a, const double *x, const double *b,
                   double *y) {
    (void)first_point;
    const mct_cpu *cpu = state;
    for (size_t p = 0; p < count; p++, x += cpu->n, y += cpu->n) {
        MCT_FOR_PARTS(cpu->n, mct_cpu_team(cpu, count),
                      cpu->loops->vector->axpby(last - first, a[p], x + first, b[p], y + first))
    }
}
