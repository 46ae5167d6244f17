/* bench.h: what the files of the benchmark share.
 *
 *   main.c        options; which sections run
 *   measure.c     time: samples, minimum, median
 *   report.c      tables on stdout, as Markdown and as JSON lines
 *   machine.c     the header: processor, compiler, libraries
 *   ceilings.c    what this machine can do: multiply-adds, bandwidth (loops: ceiling_loops.h)
 *   transforms.c  the bare transforms that `fourier` cannot do without
 *   counts.c      operations and bytes of every algorithm
 *   problem.c     inputs of the memory kernel and their long-double truth
 *   kernels.c     the memory kernel: time and residual
 *   crossover.c   which algorithm is fastest, and whether `auto` knows
 *   states.c      glass and critical points
 *   correlators.c correlators in time
 *   shares.c      what of that goes into the history and into the coarse grid
 *   processes.c   the command from the start of its process to its end
 *   backends.c    the same work on every backend: one core, all cores, a device
 *   computations.c ... and whole computations */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>

#include "apmct/evolution.h"
#include "apmct/structure.h"
#include "backend/backend.h"

/* --- options (main.c) -------------------------------------------------------------------------------------- */

typedef enum bench_extent { BENCH_SMOKE, BENCH_QUICK, BENCH_FULL } bench_extent;

typedef struct bench_options {
    bench_extent extent;
    double seconds;                       /* of measuring per case */
    const char *filter;                   /* part of the names of the cases that run; NULL: all */
    const char *json, *markdown, *commit; /* NULL: none */
    const char *command;                  /* as it was typed */
    int threads;                          /* "all" */
    bool backends;                        /* compare backends, nothing else */
    const char *device;                   /* the backend that is compared with the CPU */
    const char *folder;                   /* of files named after the device or the processor; NULL: none */
    bool processor_time;
} bench_options;

bool bench_selected(const bench_options *options, const char *name);

/* Memory or nothing: a benchmark without memory ends. */
void *bench_allocate(size_t count, size_t size); /* zeroed, aligned to 64 bytes; free() */
/* Ends the program with the text of the context unless status is MCT_OK. */
void bench_try(mct_context *context, mct_status status);

/* --- time (measure.c) -------------------------------------------------------------------------------------- */

typedef struct bench_task {
    void (*run)(void *user);
    void *user;
    double minimum, median;     /* seconds per run, of the samples */
    size_t samples, iterations; /* iterations: runs per sample */
} bench_task;

double bench_now(void); /* seconds */
/* From now on tasks are measured in seconds of the processor: what other work takes is not counted.  One thread only. */
void bench_use_processor_time(void);
/* Measures the tasks in turn, about `seconds` for each, so that all see the same machine. */
void bench_measure(size_t count, bench_task *tasks, double seconds);

/* --- output (report.c) ------------------------------------------------------------------------------------- */

typedef struct bench_column {
    const char *key;    /* in JSON */
    const char *title;  /* in tables; NULL: only in JSON */
    const char *format; /* of a number; NULL: text */
} bench_column;

typedef union bench_cell {
    const char *text;
    double number; /* NaN: not known, "-" or null */
} bench_cell;

typedef struct bench_report bench_report;

bench_report *bench_report_open(const bench_options *options); /* ends the program if a file cannot be written */
void bench_report_close(bench_report *report);
void bench_report_table(bench_report *report, const char *section, const char *title, size_t count,
                        const bench_column *columns);
void bench_report_row(bench_report *report, const bench_cell *cells);
/* A paragraph below the table. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void bench_report_note(bench_report *report, const char *format, ...);
/* Remembers that something is wrong: a note, and exit status 1. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void bench_report_failure(bench_report *report, const char *format, ...);
unsigned bench_report_failures(const bench_report *report);

/* --- the machine (machine.c, ceilings.c) -------------------------------------------------------------------- */

void bench_machine(const bench_options *options, bench_report *report);
/* The model of the first processor. */
void bench_processor(size_t size, char *text);

enum { BENCH_LEVELS = 4 };

typedef struct bench_level {
    const char *name;
    size_t bytes;                      /* working set of all threads together */
    double read[2], copy[2], triad[2]; /* bytes/s on one core, on all */
} bench_level;

typedef struct bench_ceilings {
    double fma[2]; /* flop/s on one core, on all */
    bench_level level[BENCH_LEVELS];
} bench_ceilings;

void bench_ceilings_measure(const bench_options *options, bench_report *report, bench_ceilings *ceilings);
/* Bandwidth of reading `bytes` again and again: of the level whose working set is nearest. */
double bench_ceiling_read(const bench_ceilings *ceilings, size_t bytes, bool all);

/* --- bare transforms (transforms.c) -------------------------------------------------------------------------- */

/* Single real transforms of one length, out of place between two aligned buffers. */
typedef struct bench_transforms {
    size_t length;
    void *forward, *inverse;          /* fftw_plan */
    double *memory, *real, *spectrum; /* the latter two within memory */
} bench_transforms;

bench_transforms *bench_transforms_create(size_t length);
void bench_transforms_destroy(bench_transforms *transforms);
void bench_transforms_forward(void *transforms); /* as a task */
void bench_transforms_inverse(void *transforms);
/* The length >= 3N - 1 whose plain transforms, 9 forward and 12 inverse, take least time here; remembered. */
size_t bench_transforms_best(size_t N, double seconds);

/* --- the memory kernel (problem.c, counts.c, kernels.c, crossover.c) ------------------------------------------- */

typedef enum bench_operation { BENCH_APPLY, BENCH_DERIVATIVE, BENCH_ADJOINT } bench_operation;

typedef struct bench_case {
    mct_kernel_algorithm algorithm;
    bench_operation operation;
    size_t N, species, batch;
    int threads;
    bool rank_one;
    mct_quadrature quadrature;
} bench_case;

/* Of one call for the whole batch; how they come about is told in counts.c. */
typedef struct bench_counts {
    double flops, bytes;
    double functions;        /* of one point */
    double forward, inverse; /* transforms of one point */
    double launches;         /* of a device, that wait for one another */
} bench_counts;

/* length: of the transforms (fourier), else ignored. */
bench_counts bench_counts_of(const bench_case *c, size_t length);

/* The same for the kernels of a device (cuda/). */
bench_counts bench_device_counts_of(const bench_case *c);
/* Runs in time of a batch, n steps per block, with these numbers of steps and evaluations, of all points together; c->algorithm
 * factorized: one block of threads per point. */
bench_counts bench_device_run_of(const bench_case *c, size_t n, double steps, double evaluations);
/* Seconds: the larger of bytes and operations over their ceilings, and launches. */
double bench_device_seconds(const bench_counts *counts, double bytes_per_second, double flops_per_second);

/* One state, F and a direction, with M[F] and dM[F; d] in long double at some wave numbers. */
typedef struct bench_problem bench_problem;

bench_problem *bench_problem_create(mct_context *context, size_t N, size_t species, mct_quadrature quadrature,
                                    double budget); /* budget: pairs of wave numbers in the truth */
void bench_problem_destroy(bench_problem *problem);
const mct_grid *bench_problem_grid(const bench_problem *problem);
const mct_statics *bench_problem_statics(const bench_problem *problem);
/* F or d (`direction`) of `batch` points; point p is scaled by 2^(p mod 4), so that one truth serves all. */
void bench_problem_fill(const bench_problem *problem, bool direction, size_t batch, double *F);
/* Worst error of M or dM over points and sampled q relative to the largest component there; *sampled: number of q. */
double bench_problem_residual(bench_problem *problem, bool derivative, size_t batch, const double *M, size_t *sampled);

typedef struct bench_result {
    bench_case c;
    double minimum; /* seconds per call */
    mct_kernel_algorithm automatic;
} bench_result;

typedef struct bench_results {
    size_t count, capacity;
    bench_result *rows;
} bench_results;

void bench_kernels(const bench_options *options, const bench_ceilings *ceilings, bench_report *report,
                   bench_results *results);
void bench_crossover(bench_report *report, const bench_results *results);

/* --- states (states.c) --------------------------------------------------------------------------------------- */

void bench_states(const bench_options *options, bench_report *report);

/* --- correlators in time (correlators.c) --------------------------------------------------------------------- */

void bench_correlators(const bench_options *options, bench_report *report);

/* --- shares (shares.c) ----------------------------------------------------------------------------------------- */

/* Seconds of a run on the CPU. */
typedef struct bench_shares {
    double history; /* sums over it, thinning, weights */
    double coarse;  /* the fixed point on the coarse grid */
} bench_shares;

/* Runs, on one thread. */
bench_shares bench_shares_of(mct_evolution *evolution, mct_status *status);

/* --- processes (processes.c) ------------------------------------------------------------------------------------- */

/* The command as a whole, from the start of its process to the end. */
void bench_processes(const bench_options *options, bench_report *report);

/* --- backends (backends.c, computations.c) --------------------------------------------------------------------- */

enum { BENCH_COLUMNS = 3 };

/* One core, all cores, the device: what is there.  name: of the backend; "" in `missing`: nothing is. */
typedef struct bench_machines {
    size_t count;
    const mct_backend *backend[BENCH_COLUMNS];
    int threads[BENCH_COLUMNS];
    double copy, multiply; /* of the device: bytes/s of a copy, flop/s of a product of matrices */
    double peak;           /* flop/s of its plain units of double precision, by its data */
    char missing[512];     /* why there is no device */
} bench_machines;

/* The name of files for the results: of the device, or of the processor where there is none. */
void bench_machines_find(const bench_options *options, bench_machines *machines, size_t size, char *name);
void bench_backends(const bench_options *options, bench_report *report, bench_machines *machines);
void bench_computations(const bench_options *options, bench_report *report, const bench_machines *machines);

#endif
