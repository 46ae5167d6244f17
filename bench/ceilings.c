/* ceilings.c: what this machine can do: multiply-adds per second, bytes per second from every level of memory, and a line of
 * the cache from one core to another and back.
 *
 * Reading counts 8 bytes per element, copying 16, the triad c = a + s b 24: what the program asks for, not what the
 * memory does besides (a written line is read first).  The loops use the widest vectors that the processor has, as
 * the library's do. */
#include <math.h>
#include <omp.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "cpu/simd/loops.h"

typedef struct ceiling_loops {
    size_t sums, width;
    double (*multiply_add)(size_t turns, double a, double b);
    double (*read)(size_t n, size_t passes, const double *a);
    void (*copy)(size_t n, const double *a, double *b);
    void (*triad)(size_t n, double s, const double *a, const double *b, double *c);
} ceiling_loops;

#define JOIN(a, b)   a##_##b
#define EXPAND(a, b) JOIN(a, b)
#define NAME(name)   EXPAND(name, SET)

#define SET generic
#define ATTRIBUTES
#define WIDTH 2
#define SUMS  10
#include "ceiling_loops.h"

#ifdef MCT_HAVE_X86_VARIANTS
#define SET        avx2
#define ATTRIBUTES __attribute__((target("avx2,fma")))
#define WIDTH      4
#define SUMS       12
#include "ceiling_loops.h"

#define SET        avx512
#define ATTRIBUTES __attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma")))
#define WIDTH      8
#define SUMS       16
#include "ceiling_loops.h"
#endif

static const ceiling_loops *select_loops(void) {
#ifdef MCT_HAVE_X86_VARIANTS
    const mct_loops *loops = mct_loops_select(NULL);
    if (loops && !strcmp(loops->name, "avx512")) return &loops_avx512;
    if (loops && !strcmp(loops->name, "avx2")) return &loops_avx2;
#endif
    return &loops_generic;
}

/* One measurement; every thread works on arrays of its own. */
typedef struct work {
    const ceiling_loops *loops;
    int threads;
    size_t n, turns;      /* elements of one array of one thread; passes over it (or turns of multiply_add) per run */
    double *(*arrays)[3]; /* [threads] */
    double *sink;         /* [threads][8] */
} work;

static void run_multiply_add(void *user) {
    const work *w = user;
#pragma omp parallel num_threads(w->threads) if (w->threads > 1)
    w->sink[8 * omp_get_thread_num()] = w->loops->multiply_add(w->turns, 0.5, 0.25);
}

static void run_read(void *user) {
    const work *w = user;
#pragma omp parallel num_threads(w->threads) if (w->threads > 1)
    {
        const int t = omp_get_thread_num();
        w->sink[8 * t] = w->loops->read(3 * w->n, w->turns, w->arrays[t][0]);
    }
}

static void run_copy(void *user) {
    const work *w = user;
#pragma omp parallel num_threads(w->threads) if (w->threads > 1)
    {
        double *const *a = w->arrays[omp_get_thread_num()];
        for (size_t pass = 0; pass < w->turns; pass++) w->loops->copy(w->n, a[0], a[1]);
    }
}

static void run_triad(void *user) {
    const work *w = user;
#pragma omp parallel num_threads(w->threads) if (w->threads > 1)
    {
        double *const *a = w->arrays[omp_get_thread_num()];
        for (size_t pass = 0; pass < w->turns; pass++) w->loops->triad(w->n, 0.5, a[0], a[1], a[2]);
    }
}

static double multiply_add_peak(int threads, double seconds) {
    double *sink = bench_allocate((size_t)threads * 8, sizeof *sink);
    work w = {.loops = select_loops(), .threads = threads, .turns = 20000, .sink = sink};
    bench_task task = {.run = run_multiply_add, .user = &w};
    bench_measure(1, &task, seconds);
    free(sink);
    return 2.0 * (double)(w.loops->sums * w.loops->width * w.turns) * (double)threads / task.minimum;
}

static void level_measure(bench_level *level, int threads, double seconds) {
    const int all = threads > 1;
    const size_t n = level->bytes / (size_t)threads / (3 * sizeof(double)) / 64 * 64;
    double *(*arrays)[3] = bench_allocate((size_t)threads, sizeof *arrays);
    double *sink = bench_allocate((size_t)threads * 8, sizeof *sink);
#pragma omp parallel num_threads(threads) if (threads > 1)
    {
        const size_t pitch = n + 40; /* a few lines more: loads and stores at the same offset of a page collide */
        double *memory = bench_allocate(3 * pitch, sizeof *memory); /* touched by the thread that will use it */
        for (size_t a = 0; a < 3; a++) arrays[omp_get_thread_num()][a] = memory + a * pitch;
    }
    work w = {.loops = select_loops(), .threads = threads, .n = n, .arrays = arrays, .sink = sink};
    w.turns = 1 + (size_t)262144 / n; /* at least 2 MiB of each array per run: starting threads costs nothing then */
    bench_task tasks[] = {{.run = run_read, .user = &w}, {.run = run_copy, .user = &w}, {.run = run_triad, .user = &w}};
    bench_measure(3, tasks, seconds);
    const double bytes = (double)(n * w.turns * sizeof(double)) * (double)threads;
    level->read[all] = 3.0 * bytes / tasks[0].minimum;
    level->copy[all] = 2.0 * bytes / tasks[1].minimum;
    level->triad[all] = 3.0 * bytes / tasks[2].minimum;
    for (int t = 0; t < threads; t++) free(arrays[t][0]);
    free(arrays);
    free(sink);
}

typedef struct rally {
    size_t turns;
    _Alignas(128) atomic_size_t ball; /* alone in its line: odd is the second thread's */
} rally;

static void receive(rally *r, size_t expected) {
    for (size_t spins = 0; atomic_load_explicit(&r->ball, memory_order_acquire) != expected; spins++) {
        if (spins > 10000) sched_yield(); /* both threads may be on one core */
    }
}

static void run_rally(void *user) {
    rally *r = user;
    atomic_store(&r->ball, 0);
#pragma omp parallel num_threads(2)
    if (omp_get_num_threads() == 2) {
        const size_t own = (size_t)omp_get_thread_num();
        for (size_t turn = 0; turn < r->turns; turn++) {
            if (own == 1) receive(r, 2 * turn + 1);
            atomic_store_explicit(&r->ball, 2 * turn + 1 + own, memory_order_release);
            if (own == 0) receive(r, 2 * turn + 2);
        }
    }
}

static double round_trips(size_t turns, double seconds) {
    rally r = {.turns = turns};
    bench_task task = {.run = run_rally, .user = &r};
    bench_measure(1, &task, seconds);
    return (double)r.turns / task.minimum;
}

static size_t cache_size(int name, size_t otherwise) {
    const long size = sysconf(name);
    return size > 0 ? (size_t)size : otherwise;
}

static const bench_column columns[] = {{"case", "ceiling", NULL},
                                       {"threads", "threads", "%.0f"},
                                       {"bytes", "KiB", "%.0f"},
                                       {"per_second", "10^9/s", "%.3f"},
                                       {"unit", "of", NULL}};

static void row(bench_report *report, const char *name, int threads, double bytes, double rate, const char *unit) {
    bench_report_row(report, (bench_cell[]){{.text = name},
                                            {.number = (double)threads},
                                            {.number = bytes / 1024.0},
                                            {.number = rate * 1.0e-9},
                                            {.text = unit}});
}

void bench_ceilings_measure(const bench_options *options, bench_report *report, bench_ceilings *ceilings) {
    const bool smoke = options->extent == BENCH_SMOKE;
    const double seconds = options->seconds;
    const int all = options->threads;
    bench_report_table(report, "ceiling", "Ceilings of this machine (best of the samples)",
                       sizeof columns / sizeof *columns, columns);
    for (int t = 0; t < 2; t++) {
        const int threads = t ? all : 1;
        ceilings->fma[t] = t && all == 1 ? ceilings->fma[0] : multiply_add_peak(threads, 2.0 * seconds);
        row(report, "multiply-add", threads, (double)NAN, ceilings->fma[t], "flop");
        if (all == 1) ceilings->fma[1] = ceilings->fma[0];
        if (all == 1) break;
    }
    if (all > 1) row(report, "hand over", 2, (double)NAN, round_trips(smoke ? 50 : 2000, seconds), "round trip");
    const size_t l1 = cache_size(_SC_LEVEL1_DCACHE_SIZE, 32768), l2 = cache_size(_SC_LEVEL2_CACHE_SIZE, 524288);
    const bench_level levels[BENCH_LEVELS] = {{.name = "L1", .bytes = l1 / 2},
                                              {.name = "L2", .bytes = l2 / 2},
                                              {.name = "16 MiB", .bytes = (size_t)16 << 20},
                                              {.name = "large", .bytes = (size_t)(smoke ? 32 : 512) << 20}};
    for (size_t l = 0; l < BENCH_LEVELS; l++) {
        bench_level *level = &ceilings->level[l];
        *level = levels[l];
        for (int t = 0; t < 2; t++) {
            const int threads = t ? all : 1;
            bench_level measured = *level;
            if (l < 2) measured.bytes *= (size_t)threads; /* caches of their own */
            if (t && all == 1) {
                level->read[1] = level->read[0];
                level->copy[1] = level->copy[0];
                level->triad[1] = level->triad[0];
                break;
            }
            level_measure(&measured, threads, seconds);
            level->read[t] = measured.read[t];
            level->copy[t] = measured.copy[t];
            level->triad[t] = measured.triad[t];
            const struct {
                const char *name;
                double rate;
            } rates[] = {{"read", level->read[t]}, {"copy", level->copy[t]}, {"triad", level->triad[t]}};
            for (size_t r = 0; r < 3; r++) {
                char name[64];
                snprintf(name, sizeof name, "%s, %s", rates[r].name, level->name);
                row(report, name, threads, (double)measured.bytes, rates[r].rate, "byte");
            }
        }
    }
}

double bench_ceiling_read(const bench_ceilings *ceilings, size_t bytes, bool all) {
    size_t nearest = 0;
    double distance = INFINITY;
    for (size_t l = 0; l < BENCH_LEVELS; l++) {
        const double d = fabs(log((double)bytes / (double)ceilings->level[l].bytes));
        if (d < distance) distance = d, nearest = l;
    }
    return ceilings->level[nearest].read[all];
}
