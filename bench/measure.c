/* measure.c: how time is measured (after FFTW's libbench2/speed.c).
 *
 * Every task runs once to warm up, then its number of iterations is doubled until one sample is long enough for the
 * clock.  Samples of all tasks are then taken in turn, so that tasks that are compared with each other (an evaluation
 * and the bare transforms in it) see the same frequency and the same neighbours.  A target is judged on the minimum. */
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "bench.h"

enum { SAMPLES_MAX = 400, SAMPLES_MIN = 3 };
static const double cold_from = 2.0e-2; /* seconds of a call */

static clockid_t of_tasks = CLOCK_MONOTONIC;

static double read_clock(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + 1.0e-9 * (double)t.tv_nsec;
}

double bench_now(void) {
    return read_clock(CLOCK_MONOTONIC);
}

void bench_use_processor_time(void) {
    of_tasks = CLOCK_PROCESS_CPUTIME_ID;
}

/* Another task may have run before: its data are in the caches.  A call that is not counted brings back this one's,
 * unless a call is so long that it makes no difference. */
static double sample(const bench_task *task, double last) {
    if (last < cold_from) task->run(task->user);
    const double start = read_clock(of_tasks);
    for (size_t i = 0; i < task->iterations; i++) task->run(task->user);
    return (read_clock(of_tasks) - start) / (double)task->iterations;
}

/* Returns seconds per call. */
static double calibrate(bench_task *task, double time_min) {
    double last = INFINITY;
    task->run(task->user);
    for (task->iterations = 1;; task->iterations *= 2) {
        last = sample(task, last);
        if (last * (double)task->iterations >= time_min) return last;
    }
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void bench_measure(size_t count, bench_task *tasks, double seconds) {
    const double time_min = seconds / 100.0 < 5.0e-4 ? seconds / 100.0 : 5.0e-4;
    double *values = bench_allocate(count * SAMPLES_MAX, sizeof *values);
    for (size_t t = 0; t < count; t++) tasks[t].minimum = calibrate(&tasks[t], time_min);
    const double end = bench_now() + seconds * (double)count;
    size_t samples = 0;
    while (samples < SAMPLES_MAX && (samples < SAMPLES_MIN || bench_now() < end)) {
        for (size_t t = 0; t < count; t++) values[t * SAMPLES_MAX + samples] = sample(&tasks[t], tasks[t].minimum);
        samples++;
    }
    for (size_t t = 0; t < count; t++) {
        double *v = values + t * SAMPLES_MAX;
        qsort(v, samples, sizeof *v, ascending);
        tasks[t].samples = samples;
        tasks[t].minimum = v[0];
        tasks[t].median = 0.5 * (v[(samples - 1) / 2] + v[samples / 2]);
    }
    free(values);
}
