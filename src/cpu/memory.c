/* memory.c: arrays of the CPU backend, at places that vector instructions want. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/cpu.h"

double *mct_cpu_allocate_work(size_t count) {
    if (count > SIZE_MAX / sizeof(double) - 16) return NULL;
    return aligned_alloc(64, mct_pad(count + 1) * sizeof(double));
}

double *mct_cpu_allocate(size_t count) {
    double *const array = mct_cpu_allocate_work(count);
    if (array) memset(array, 0, mct_pad(count + 1) * sizeof *array);
    return array;
}

void mct_cpu_release(double *array) {
    free(array);
}
