/* transforms.c: the bare transforms: FFTW's plain real transforms (estimate), one at a time, on hot buffers. */
#include <fftw3.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "bench.h"

enum { PAGE = 512 }; /* doubles */

bench_transforms *bench_transforms_create(size_t length) {
    bench_transforms *t = bench_allocate(1, sizeof *t);
    t->length = length;
    /* always at the same places of their pages: loads and stores that collide there would cost 10 % by chance */
    t->memory = bench_allocate(2 * length + 4 * PAGE, sizeof *t->memory);
    t->real = t->memory + PAGE - (uintptr_t)t->memory / sizeof(double) % PAGE;
    t->spectrum = t->real + (length / PAGE + 1) * PAGE + PAGE / 2 + 8;
    fftw_complex *spectrum = (fftw_complex *)t->spectrum;
    t->forward = fftw_plan_dft_r2c_1d((int)length, t->real, spectrum, FFTW_ESTIMATE);
    t->inverse = fftw_plan_dft_c2r_1d((int)length, spectrum, t->real, FFTW_ESTIMATE);
    if (!t->forward || !t->inverse) abort();
    return t; /* buffers hold zeros and keep them, as in FFTW's own benchmark */
}

void bench_transforms_destroy(bench_transforms *t) {
    if (!t) return;
    fftw_destroy_plan(t->forward);
    fftw_destroy_plan(t->inverse);
    free(t->memory);
    free(t);
}

void bench_transforms_forward(void *transforms) {
    const bench_transforms *t = transforms;
    fftw_execute_dft_r2c(t->forward, t->real, (fftw_complex *)t->spectrum);
}

void bench_transforms_inverse(void *transforms) {
    const bench_transforms *t = transforms;
    fftw_execute_dft_c2r(t->inverse, (fftw_complex *)t->spectrum, t->real);
}

/* 9 forward and 12 inverse: rank one, two species. */
static double cost(size_t length, double seconds) {
    bench_transforms *t = bench_transforms_create(length);
    bench_task tasks[] = {{.run = bench_transforms_forward, .user = t}, {.run = bench_transforms_inverse, .user = t}};
    bench_measure(2, tasks, seconds);
    bench_transforms_destroy(t);
    return 9.0 * tasks[0].minimum + 12.0 * tasks[1].minimum;
}

/* Factors 2, 3, 5, 7 and at most one of 11 and 13: what FFTW has codelets for. */
static bool smooth(size_t length) {
    if (length % 11 == 0)
        length /= 11;
    else if (length % 13 == 0)
        length /= 13;
    for (size_t p = 2; p <= 7; p++) {
        while (length % p == 0) length /= p;
    }
    return length == 1;
}

size_t bench_transforms_best(size_t N, double seconds) {
    enum { REMEMBERED = 32, FINALISTS = 4 };
    static struct { size_t N, length; } memory[REMEMBERED];
    static size_t remembered;
    for (size_t r = 0; r < remembered; r++) {
        if (memory[r].N == N) return memory[r].length;
    }
    size_t finalist[FINALISTS] = {0};
    double least[FINALISTS];
    for (size_t f = 0; f < FINALISTS; f++) least[f] = INFINITY;
    const size_t shortest = 3 * N - 1, longest = shortest + 2 * shortest / 5;
    for (size_t length = shortest; length <= longest; length++) {
        if (!smooth(length)) continue;
        double c = cost(length, 0.02 * seconds);
        for (size_t f = 0, l = length; f < FINALISTS; f++) { /* insert */
            if (c >= least[f]) continue;
            const double moved = least[f];
            const size_t length_moved = finalist[f];
            least[f] = c, finalist[f] = l;
            c = moved, l = length_moved;
        }
    }
    size_t best = finalist[0];
    double best_cost = INFINITY;
    for (size_t f = 0; f < FINALISTS && finalist[f]; f++) {
        const double c = cost(finalist[f], 0.5 * seconds);
        if (c < best_cost) best_cost = c, best = finalist[f];
    }
    if (remembered < REMEMBERED) {
        memory[remembered].N = N;
        memory[remembered++].length = best;
    }
    return best;
}
