/* vector.c: inner products and norms of batches, in the metric of the nonergodicity parameters f. */
#include "cpu.h"

void mct_cpu_dot(void *state, size_t first, size_t count, const double *x, const double *y, double *out) {
    const mct_cpu *cpu = state;
    for (size_t p = 0; p < count; p++) {
        out[p] = cpu->loops->vector->dot(cpu->n, cpu->weight + (first + p) * cpu->n, x + p * cpu->n, y + p * cpu->n);
    }
}

void mct_cpu_max_norm(void *state, size_t first, size_t count, const double *x, double *out) {
    const mct_cpu *cpu = state;
    for (size_t p = 0; p < count; p++) {
        out[p] = cpu->loops->vector->max_norm(cpu->n, cpu->weight + (first + p) * cpu->n, x + p * cpu->n);
    }
}

void mct_cpu_weigh(void *state, size_t first, size_t count, int inverse, double *x) {
    const mct_cpu *cpu = state;
    for (size_t p = 0; p < count; p++) {
        cpu->loops->vector->weigh(cpu->n, inverse, cpu->weight + (first + p) * cpu->n, x + p * cpu->n);
    }
}

void mct_cpu_axpby(void *state, size_t first, size_t count, const double *a, const double *x, const double *b,
                   double *y) {
    (void)first;
    const mct_cpu *cpu = state;
    for (size_t p = 0; p < count; p++) {
        cpu->loops->vector->axpby(cpu->n, a[p], x + p * cpu->n, b[p], y + p * cpu->n);
    }
}
