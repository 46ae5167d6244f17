/* crossover.c: which algorithm is fastest, from the rows of kernels.c, and what `auto` loses against it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"

static const bench_column columns[] = {{"case", "shape", NULL},
                                       {"direct_us", "direct us", "%.2f"},
                                       {"factorized_us", "factorized us", "%.2f"},
                                       {"fourier_us", "fourier us", "%.2f"},
                                       {"auto_loses", "auto loses", "%.1f%%"},
                                       {"fastest", "fastest", NULL},
                                       {"auto", "auto", NULL}};

static bool same_shape(const bench_case *a, const bench_case *b) {
    return a->N == b->N && a->species == b->species && a->batch == b->batch && a->threads == b->threads;
}

/* Rows of one shape follow each other.  Returns how many; their times by algorithm (NaN: not measured). */
static size_t gather(const bench_results *results, size_t first, double time[4]) {
    size_t count = 0;
    for (size_t a = 0; a < 4; a++) time[a] = (double)NAN;
    while (first + count < results->count && same_shape(&results->rows[first].c, &results->rows[first + count].c)) {
        time[results->rows[first + count].c.algorithm] = results->rows[first + count].minimum;
        count++;
    }
    return count;
}

static mct_kernel_algorithm fastest_of(const double time[4]) {
    mct_kernel_algorithm fastest = MCT_KERNEL_FOURIER;
    for (int a = MCT_KERNEL_DIRECT; a <= MCT_KERNEL_FOURIER; a++) {
        if (!(time[a] >= time[fastest])) fastest = isnan(time[a]) ? fastest : (mct_kernel_algorithm)a;
    }
    return fastest;
}

/* For every batch and number of threads (m = 2): below which N is fourier never the fastest, from which always? */
static void thresholds(bench_report *report, const bench_results *results) {
    for (size_t first = 0; first < results->count; first++) {
        const bench_case *c = &results->rows[first].c;
        if (c->species != 2 || c->N != results->rows[0].c.N) continue;
        if (first && same_shape(c, &results->rows[first - 1].c)) continue;
        size_t other = 0, fourier = 0, rows;
        for (size_t r = 0; r < results->count; r += rows) {
            double time[4];
            const bench_case *d = &results->rows[r].c;
            rows = gather(results, r, time);
            if (d->species != 2 || d->batch != c->batch || d->threads != c->threads || rows < 2) continue;
            if (fastest_of(time) != MCT_KERNEL_FOURIER)
                other = d->N;
            else if (!fourier)
                fourier = d->N;
        }
        bench_report_note(
            report,
            "m = 2, batch %zu, %d thread%s: fourier is the fastest first at N = %zu, not the fastest last at "
            "N = %zu",
            c->batch, c->threads, c->threads == 1 ? "" : "s", fourier, other);
    }
}

void bench_crossover(bench_report *report, const bench_results *results) {
    size_t rows, shapes = 0, wrong = 0;
    double worst = 0.0;
    bench_report_table(report, "crossover", "Crossovers (apply, rank one): what auto takes, and what it loses",
                       sizeof columns / sizeof *columns, columns);
    for (size_t first = 0; first < results->count; first += rows) {
        const bench_case *c = &results->rows[first].c;
        const mct_kernel_algorithm automatic = results->rows[first].automatic;
        double time[4];
        rows = gather(results, first, time);
        if (rows < 2) continue;
        const mct_kernel_algorithm fastest = fastest_of(time);
        const double loss = 100.0 * (time[automatic] / time[fastest] - 1.0);
        char name[64];
        snprintf(name, sizeof name, "N%zu/m%zu/batch%zu/threads%d", c->N, c->species, c->batch, c->threads);
        bench_report_row(report, (bench_cell[]){{.text = name},
                                                {.number = 1.0e6 * time[MCT_KERNEL_DIRECT]},
                                                {.number = 1.0e6 * time[MCT_KERNEL_FACTORIZED]},
                                                {.number = 1.0e6 * time[MCT_KERNEL_FOURIER]},
                                                {.number = loss},
                                                {.text = mct_kernel_algorithm_name(fastest)},
                                                {.text = mct_kernel_algorithm_name(automatic)}});
        shapes++;
        wrong += loss > 5.0;
        worst = loss > worst ? loss : worst;
    }
    bench_report_note(report, "auto loses more than 5 %% in %zu of %zu shapes, at most %.0f %%", wrong, shapes, worst);
    thresholds(report, results);
}
