/* evolution.h: the evolution in time on the CPU: what its operations share.
 *
 *   start.c     Taylor series of Phi and m, the first half of the first block
 *   predict.c   first guess of a step
 *   history.c   what the known history adds to it
 *   iterate.c   memory kernel, update, convergence, acceleration
 *   coarse.c    the same on a coarse grid, for large fine ones
 *   commit.c    new values, row, end of a point
 *   decimate.c  from block to block
 *   displacement.c  mean-squared displacements, which follow the steps of Phi
 *   evolution.c memory, tables, threads
 *
 * Either points are shared among the threads, each of which makes the steps of its points alone; or, where there are few
 * and large ones, all threads work at each operation of one point.  Sums over wave numbers are made chunk by chunk in the
 * same order in both cases. */
#ifndef MCT_CPU_EVOLUTION_H
#define MCT_CPU_EVOLUTION_H

#include "cpu/cpu.h"
#include "cpu/simd/step_loops.h"

typedef struct mct_cpu_coarse mct_cpu_coarse;

typedef struct mct_cpu_evolution {
    mct_evolution_shape shape;
    mct_cpu *cpu; /* borrowed; NULL with a custom kernel */
    const mct_step_loops *loops;
    mct_step_layout layout;
    size_t n, size;                            /* doubles of a matrix at all wave numbers: rows; one block */
    size_t blocks, chunks;                     /* of wave numbers */
    bool team;                                 /* all threads work at one point */
    int *slots;                                /* of mct_tails for n, 2n, ...: [n/2 + 1] for Phi, then for m */
    double *history;                           /* [points][layout.total] */
    double *iterate;                           /* [points][n]: x as rows; between steps free */
    double *kernel;                            /* [points][kernels][n]: M[x] (mct_kernel_of) */
    size_t kernels;                            /* 2 where secants want the M before, else 1 */
    double *series;                            /* [threads][2 taylor + 4][n]: of start.c */
    mct_step_update *partials;                 /* [points][chunks] */
    double *times, *rows;                      /* [points][window], [points][window][row] */
    size_t row;                                /* doubles of a row */
    mct_clock *clocks;                         /* [points] */
    bool *begun;                               /* [points]: the coming step has its guess and its past */
    mct_cpu_coarse *coarse;                    /* NULL: none */
    struct mct_cpu_displacement *displacement; /* NULL: none wanted */
} mct_cpu_evolution;

/* Mean-squared displacements: an evolution of their own, one "wave number" each, whose clocks are those of Phi. */
typedef struct mct_cpu_displacement {
    mct_cpu_evolution *follower;
    size_t *species;           /* [displacements] */
    double *coupling, *source; /* of mct_evolution_matrices: [points][displacements][m][N], [points][displacements] */
} mct_cpu_displacement;

/* Blocks of wave numbers that are summed by one thread. */
enum { MCT_CHUNK = 64 };

static inline double *mct_history_of(const mct_cpu_evolution *e, size_t point) {
    return e->history + point * e->layout.total;
}
static inline double *mct_step_of(const mct_cpu_evolution *e, size_t point) {
    return mct_history_of(e, point) + e->layout.step;
}
static inline size_t mct_chunk_end(const mct_cpu_evolution *e, size_t chunk) {
    return (chunk + 1) * MCT_CHUNK < e->blocks ? (chunk + 1) * MCT_CHUNK : e->blocks;
}

/* M of an evaluation of a step, as rows; between steps free. */
static inline double *mct_kernel_of(const mct_cpu_evolution *e, size_t point, unsigned iteration) {
    return e->kernel + (point * e->kernels + iteration % e->kernels) * e->n;
}

/* Arrays [n] of a thread: the series of start.c, then free. */
static inline size_t mct_series_of(const mct_evolution_shape *shape) {
    return 2 * ((size_t)shape->scheme.taylor + 1) + 2;
}
static inline double *mct_scratch_of(const mct_cpu_evolution *e, int thread) {
    return e->series + (size_t)thread * mct_series_of(&e->shape) * e->n;
}

/* Slots of the tails of the present block. */
static inline mct_tails mct_tails_of(const mct_cpu_evolution *e, const mct_clock *clock) {
    const int *slots = e->slots;
    for (size_t n = e->shape.steps_per_block; n < clock->n; n *= 2) slots += 2 * (n / 2 + 1);
    return (mct_tails){slots, slots + clock->n / 2 + 1};
}

/* STATEMENT with `first`, `last` (blocks) and `chunk` for all chunks; no parallel region where there is no team, which costs
 * as much as a small point's operation. */
#define MCT_FOR_CHUNKS(e, STATEMENT)                                                                           \
    if ((e)->team) {                                                                                           \
        _Pragma("omp parallel for schedule(static) num_threads((e)->shape.threads)") for (size_t chunk = 0;    \
                                                                                          chunk < (e)->chunks; \
                                                                                          chunk++) {           \
            const size_t first = chunk * MCT_CHUNK, last = mct_chunk_end(e, chunk);                            \
            STATEMENT;                                                                                         \
        }                                                                                                      \
    } else {                                                                                                   \
        for (size_t chunk = 0; chunk < (e)->chunks; chunk++) {                                                 \
            const size_t first = chunk * MCT_CHUNK, last = mct_chunk_end(e, chunk);                            \
            STATEMENT;                                                                                         \
        }                                                                                                      \
    }

/* One point, by thread number `thread`. */
void mct_evolution_start_point(mct_cpu_evolution *e, size_t point, int thread);
void mct_evolution_predict_point(mct_cpu_evolution *e, size_t point, int thread);
void mct_evolution_history_point(mct_cpu_evolution *e, size_t point, int thread);
void mct_evolution_iterate_point(mct_cpu_evolution *e, size_t point, int thread);
void mct_evolution_commit_point(mct_cpu_evolution *e, size_t point, int thread);
void mct_evolution_decimate_point(mct_cpu_evolution *e, size_t point, int thread);

/* Displacements: memory; a point at t = 0; the start from the series of Phi, a [n] as rows; a step after that of Phi has
 * been committed; the next block after its clock has been set. */
size_t mct_displacement_memory(const mct_evolution_shape *shape);
mct_evolution_shape mct_displacement_shape(const mct_evolution_shape *shape);
bool mct_displacement_create(mct_cpu_evolution *e, mct_cpu_evolution *follower);
void mct_displacement_set(mct_cpu_evolution *e, size_t point, const mct_evolution_matrices *matrices);
void mct_displacement_start_point(mct_cpu_evolution *e, size_t point, int thread, double *const *a);
void mct_displacement_step_point(mct_cpu_evolution *e, size_t point, const double *phi);
void mct_displacement_decimate_point(mct_cpu_evolution *e, size_t point, const mct_clock *before);

/* Zeros for what is read without having been written: secants that are not known yet; all that is constant. */
void mct_evolution_clear(mct_cpu_evolution *e, size_t point);
/* The history's start from the series of Phi and m. */
void mct_evolution_start_from(mct_cpu_evolution *e, size_t point, double *const *a, double *const *b);
/* From block to block: two cells of n become one, or n doubles; `before`: the clock of the block that ends, the point's is
 * that of the next one. */
void mct_evolution_next_block(mct_cpu_evolution *e, size_t point, const mct_clock *before);

/* Where a step puts Phi [n] as rows: the row itself, or, of a row of few wave numbers, scratch [n] from which
 * mct_evolution_keep_row takes it. */
double *mct_evolution_whole_row(mct_cpu_evolution *e, size_t point, size_t row, double *scratch);
void mct_evolution_keep_row(mct_cpu_evolution *e, size_t point, size_t row, const double *whole);

/* What the values before step i add to it: for loops->ahead and catch_up, where it is the first of a tile; for loops->history; and the
 * arrays that its guess is made of. */
typedef struct mct_past {
    size_t i, tiles;
    mct_step_tile tile[MCT_AHEAD / MCT_TILE];
    mct_step_products edge[MCT_AHEAD];
    bool catches_up;
    mct_step_catch_up catch_up;
    mct_step_recent recent;
    size_t guess[MCT_GUESS];
} mct_past;

/* opening: its block of steps is about to begin; the look ahead to the first steps is made then, while its history is at
 * hand. */
void mct_evolution_past_of(const mct_cpu_evolution *e, const mct_clock *clock, size_t i, bool opening, mct_past *past);
/* The guess, as rows x, and what is known, of some blocks of wave numbers. */
void mct_evolution_guess(const mct_cpu_evolution *e, double *base, const mct_past *past, size_t first, size_t last,
                         double *x);
void mct_evolution_past(const mct_cpu_evolution *e, double *base, const mct_past *past, size_t first, size_t last);

/* Steps of a block of n that are looked ahead to at once. */
size_t mct_evolution_steps_ahead(size_t n);
/* The recent values go into the history with the last of these steps; begin: the first. */
bool mct_evolution_is_kept(size_t n, size_t i, size_t *begin);
/* Those up to step i now. */
void mct_evolution_keep(const mct_cpu_evolution *e, size_t point, size_t i);

/* The array at `at` of all blocks, `stride` from block to block, as rows [n]. */
void mct_evolution_fetch(const mct_cpu_evolution *e, double *base, size_t stride, size_t at, double *rows);

/* Solves for the step at the iterate; returns the residual of its first evaluation. */
double mct_evolution_fixed_point(mct_cpu_evolution *e, size_t point, int thread);
/* The wave number where the residual of the last evaluation is largest, or first not finite. */
size_t mct_evolution_worst(mct_cpu_evolution *e, size_t point, int thread);
/* Drops the secants, whatever is in them. */
void mct_evolution_forget(mct_cpu_evolution *e, size_t point);

/* M[F, G] as rows. */
void mct_evolution_kernel_point(mct_cpu_evolution *e, size_t point, int thread, const double *F, const double *G,
                                bool linear, double *M);
/* The first block: weights from the moments. */
void mct_evolution_open_block(mct_cpu_evolution *e, size_t point);
/* A^-1 and right, from the weights. */
void mct_evolution_prepare(mct_cpu_evolution *e, size_t point);

#endif
