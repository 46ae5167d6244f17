/* evolution.c: the CPU's row of the evolution's operations: memory, points among threads, looks, checkpoints. */
#include "cpu/evolution/evolution.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cpu/evolution/coarse.h"
#include "cpu/evolution/evolution_layout.h"
#include "cpu/evolution/history_cut.h"

static size_t memory_needed(const mct_evolution_shape *shape) {
    const mct_step_layout layout = mct_step_layout_of(shape, true);
    const long double n = (long double)(shape->species * shape->species * shape->N),
                      points = (long double)shape->points;
    const long double rows = (long double)shape->window * (long double)mct_evolution_row(shape);
    const long double doubles =
        points * ((long double)layout.total + 3 * n + rows) + (long double)mct_series_of(shape) * n * shape->threads;
    const long double bytes = doubles * (long double)sizeof(double);
    const size_t coarse = mct_coarse_is_possible(shape) ? mct_coarse_memory(shape) : 0;
    return bytes < (long double)SIZE_MAX / 2 ? (size_t)bytes + coarse : SIZE_MAX;
}

static size_t memory_with_displacements(const mct_evolution_shape *shape) {
    const size_t own = memory_needed(shape);
    if (!shape->displacements || own == SIZE_MAX) return own;
    const mct_evolution_shape follower = mct_displacement_shape(shape);
    return own + memory_needed(&follower) + mct_displacement_memory(shape);
}

static void destroy(void *evolution) {
    mct_cpu_evolution *e = evolution;
    if (!e) return;
    double *const arrays[] = {e->history, e->iterate, e->kernel, e->series, e->times, e->rows};
    for (size_t a = 0; a < sizeof arrays / sizeof *arrays; a++) mct_cpu_release(arrays[a]);
    mct_coarse_destroy(e->coarse);
    if (e->displacement) {
        destroy(e->displacement->follower);
        free(e->displacement->species);
        mct_cpu_release(e->displacement->coupling);
        mct_cpu_release(e->displacement->source);
        free(e->displacement);
    }
    free(e->slots);
    free(e->begun);
    free(e->partials);
    free(e->clocks);
    free(e);
}

/* The history is read all over in every step: on large pages where the system has them.  Not zeroed: nothing of it is read
 * before it has been written, and the half for a block that has doubled may never be. */
static double *allocate_history(size_t count) {
    const size_t page = (size_t)1 << 21;
    if (count > SIZE_MAX / sizeof(double) - page) return NULL;
    const size_t bytes = (count * sizeof(double) + page - 1) / page * page;
    if (bytes < 2 * page) return mct_cpu_allocate(count);
    double *const array = aligned_alloc(page, bytes);
    if (array) madvise(array, bytes, MADV_HUGEPAGE); /* a wish */
    return array;
}

static int *make_slots(const mct_evolution_shape *shape) {
    const size_t n = shape->steps_per_block, levels = shape->doublings + 1;
    int *const slots = calloc(n * ((size_t)1 << levels) + 2 * levels, sizeof *slots), *at = slots;
    for (size_t level = 0; slots && n > 0 && level < levels; level++) {
        const size_t count = (n << level) / 2 + 1;
        mct_history_slots(n << level, at, at + count);
        at += 2 * count;
    }
    return slots;
}

static mct_status create(mct_context *context, const mct_evolution_shape *shape, void *kernel_state, void **evolution) {
    *evolution = NULL;
    mct_cpu_evolution *e = calloc(1, sizeof *e);
    if (!e) return mct_fail(context, MCT_MEMORY, "evolution: out of memory");
    e->shape = *shape;
    e->cpu = shape->custom ? NULL : kernel_state;
    const mct_loops *loops = e->cpu ? e->cpu->loops : mct_loops_select(getenv("APMCT_LOOPS"));
    e->loops = (loops ? loops : mct_loops_select(NULL))->step;
    const size_t ratio = e->cpu ? mct_coarse_ratio(shape, &e->cpu->shape.grid) : 0;
    e->layout = mct_step_layout_of(shape, ratio == 0);
    e->size = shape->species * shape->species * MCT_LANES;
    e->n = shape->species * shape->species * shape->N;
    e->row = mct_evolution_row(shape);
    e->blocks = (shape->N + MCT_LANES - 1) / MCT_LANES;
    e->chunks = (e->blocks + MCT_CHUNK - 1) / MCT_CHUNK;
    /* `direct` works on one point at a time with all threads: its matrix products have one work space */
    e->team =
        e->cpu && (!e->cpu->algorithm->correlate ||
                   (shape->threads > 1 && shape->points < (size_t)shape->threads && e->n >= MCT_AUTO_TEAM_EVOLUTION));
    const size_t points = shape->points;
    e->history = allocate_history(points * e->layout.total);
    e->iterate = mct_cpu_allocate_work(points * e->n);
    e->kernels = ratio ? 1 : 2;
    e->kernel = mct_cpu_allocate_work(points * e->kernels * e->n);
    e->series = mct_cpu_allocate_work((size_t)shape->threads * mct_series_of(shape) * e->n);
    e->times = mct_cpu_allocate_work(points * shape->window);
    e->rows = mct_cpu_allocate_work(points * shape->window * e->row);
    e->partials = calloc(points * e->chunks, sizeof *e->partials);
    e->clocks = calloc(points, sizeof *e->clocks);
    e->slots = make_slots(shape);
    e->begun = calloc(points, sizeof *e->begun);
    if (!e->history || !e->iterate || !e->kernel || !e->series || !e->times || !e->rows || !e->partials || !e->clocks ||
        !e->slots || !e->begun) {
        destroy(e);
        return mct_fail(context, MCT_MEMORY, "evolution of %zu points of %zu wave numbers: out of memory", points,
                        shape->N);
    }
    if (ratio) {
        const mct_status status = mct_coarse_create(context, e, ratio);
        if (status != MCT_OK) {
            destroy(e);
            return status;
        }
    }
    if (shape->displacements) {
        const mct_evolution_shape following = mct_displacement_shape(shape);
        void *follower;
        const mct_status status = create(context, &following, kernel_state, &follower);
        if (status != MCT_OK || !mct_displacement_create(e, follower)) {
            destroy(e);
            return status != MCT_OK ? status : mct_fail(context, MCT_MEMORY, "displacements: out of memory");
        }
    }
    *evolution = e;
    return MCT_OK;
}

void mct_evolution_clear(mct_cpu_evolution *e, size_t point) {
    const mct_step_layout *const y = &e->layout;
    const size_t constant[] = {y->Gamma, y->S, y->W_inverse, y->norm};
    for (size_t a = 0; a < sizeof constant / sizeof *constant; a++) {
        memset(mct_step_of(e, point) + constant[a], 0, y->plane * sizeof(double));
    }
    /* not all of these are used; a checkpoint has them all */
    memset(mct_step_of(e, point) + y->ahead, 0, (MCT_AHEAD + MCT_TILE) * y->plane * sizeof(double));
    if (!e->coarse) mct_evolution_forget(e, point);
}

static void set(void *evolution, size_t point, const mct_evolution_matrices *matrices, double step,
                double plateau_from) {
    mct_cpu_evolution *e = evolution;
    const mct_step_layout *const y = &e->layout;
    const size_t m = e->shape.species, N = e->shape.N;
    double *const step_arrays = mct_step_of(e, point), *const norm = mct_kernel_of(e, point, 0);
    for (size_t c = 0; c < m * m; c++) {
        const double *const S_mu = matrices->S + c / m * (m + 1) * N, *const S_nu = matrices->S + c % m * (m + 1) * N;
        for (size_t q = 0; q < N; q++) norm[c * N + q] = 1.0 / sqrt(S_mu[q] * S_nu[q]);
    }
    mct_evolution_clear(e, point);
    e->loops->load(y, 0, e->blocks, step_arrays + y->S, y->pace, matrices->S, 1.0);
    e->loops->load(y, 0, e->blocks, step_arrays + y->Gamma, y->pace, matrices->Gamma, 1.0);
    e->loops->load(y, 0, e->blocks, step_arrays + y->W_inverse, y->pace, matrices->W_inverse, 1.0);
    e->loops->load(y, 0, e->blocks, step_arrays + y->norm, y->pace, norm, 0.0);
    e->clocks[point] = (mct_clock){
        .state = MCT_EVOLUTION_RUNNING, .n = e->shape.steps_per_block, .step = step, .plateau_from = plateau_from};
    e->begun[point] = false;
    if (e->coarse) mct_coarse_set(e, point);
    if (e->displacement) mct_displacement_set(e, point, matrices);
}

/* --- Points among threads ------------------------------------------------------------------------------------ */

typedef void operation(mct_cpu_evolution *e, size_t point, int thread);

/* The operations in turn, `times` times, for a point that runs. */
static void one(mct_cpu_evolution *e, size_t point, int thread, size_t times, size_t count, operation *const *list) {
    for (size_t n = 0; n < times; n++) {
        for (size_t o = 0; o < count; o++) {
            if (e->clocks[point].state == MCT_EVOLUTION_RUNNING) list[o](e, point, thread);
        }
    }
}

/* Not a parallel region of one thread where a team works at each point: in a region within a region, even of one, libgomp
 * starts its threads anew every time. */
static void each(mct_cpu_evolution *e, size_t times, size_t count, operation *const *list) {
    if (e->team || e->shape.threads == 1 || e->shape.points == 1) {
        for (size_t point = 0; point < e->shape.points; point++) one(e, point, 0, times, count, list);
        return;
    }
#pragma omp parallel for schedule(dynamic) num_threads(e->shape.threads)
    for (size_t point = 0; point < e->shape.points; point++) one(e, point, omp_get_thread_num(), times, count, list);
}

static void once(void *evolution, operation *function) {
    each(evolution, 1, 1, &function);
}
static void start(void *evolution) {
    once(evolution, mct_evolution_start_point);
}
static void predict(void *evolution) {
    once(evolution, mct_evolution_predict_point);
}
static void history(void *evolution) {
    once(evolution, mct_evolution_history_point);
}
static void iterate(void *evolution) {
    once(evolution, mct_evolution_iterate_point);
}
static void commit(void *evolution) {
    once(evolution, mct_evolution_commit_point);
}
static void decimate(void *evolution) {
    once(evolution, mct_evolution_decimate_point);
}

/* Each point makes all its steps without waiting for the others. */
static void advance(void *evolution, size_t steps) {
    operation *const list[] = {mct_evolution_predict_point, mct_evolution_history_point, mct_evolution_iterate_point,
                               mct_evolution_commit_point, mct_evolution_decimate_point};
    each(evolution, steps, sizeof list / sizeof *list, list);
}

static void look(void *evolution, mct_clock *clocks, const double **times, const double **phi) {
    mct_cpu_evolution *e = evolution;
    memcpy(clocks, e->clocks, e->shape.points * sizeof *clocks);
    for (size_t point = 0; point < e->shape.points; point++) e->clocks[point].rows = 0;
    *times = e->times;
    *phi = e->rows;
}

double *mct_evolution_whole_row(mct_cpu_evolution *e, size_t point, size_t row, double *scratch) {
    if (e->shape.observed_count) return scratch;
    return e->rows + (point * e->shape.window + row) * e->row;
}

void mct_evolution_keep_row(mct_cpu_evolution *e, size_t point, size_t row, const double *whole) {
    const size_t count = e->shape.observed_count, mm = e->shape.species * e->shape.species;
    double *const to = e->rows + (point * e->shape.window + row) * e->row;
    for (size_t c = 0; c < mm; c++) {
        for (size_t s = 0; s < count; s++) to[c * count + s] = whole[c * e->shape.N + e->shape.observed[s]];
    }
}

void mct_evolution_fetch(const mct_cpu_evolution *e, double *base, size_t stride, size_t at, double *rows) {
    static const double one = 1.0;
    e->loops->combine(&e->layout, 0, e->blocks, base, stride, 1, &one, &at, MCT_STEP_NOWHERE, rows);
}

static void last(void *evolution, size_t point, double *phi) {
    const mct_cpu_evolution *e = evolution;
    const mct_step_layout *const y = &e->layout;
    const size_t i = e->clocks[point].i;
    if (i) {
        mct_evolution_fetch(e, mct_step_of(e, point), y->pace,
                            y->recent_F + mct_recent_slot(e->clocks[point].n, i) * y->plane, phi);
    } else {
        mct_evolution_fetch(e, mct_step_of(e, point), y->pace, y->S, phi);
    }
}

static const double *displacement(void *evolution) {
    const mct_cpu_evolution *e = evolution;
    return e->displacement->follower->rows;
}

/* --- Checkpoints: what the coming steps read and cannot compute again ----------------------------------------- */

typedef struct piece {
    size_t at, count, stride; /* doubles: from the point, of a block, from block to block */
} piece;

enum { PIECES = 8 + MCT_AHEAD + MCT_TILE + 2 * MCT_SECANTS };

static size_t slots_used(const int *slot, size_t cells) {
    size_t used = 0;
    for (size_t J = 0; J <= cells; J++) {
        if (slot[J] >= 0 && (size_t)slot[J] >= used) used = (size_t)slot[J] + 1;
    }
    return used;
}

static size_t history_pieces(const mct_cpu_evolution *e, const mct_clock *clock, piece *list) {
    const mct_step_layout *const y = &e->layout;
    const size_t D = (size_t)e->shape.scheme.degree, matrix = e->size, vector = D * matrix, cells = clock->n / 2;
    const size_t kept = clock->opened < MCT_NEAR_DECAY ? cells : cells / 2, distances = cells + 1 - (D + 1) / 2;
    const mct_tails tails = mct_tails_of(e, clock);
    const piece pieces[] = {{y->F, (clock->i + 1) * matrix, y->stride},
                            {y->M, (clock->i + 1) * matrix, y->stride},
                            {y->moment_F, kept * vector, y->stride},
                            {y->moment_M, kept * vector, y->stride},
                            {y->weight_F, distances * matrix, y->stride},
                            {y->weight_M, distances * matrix, y->stride},
                            {y->tail_F, slots_used(tails.of_F, cells) * vector, y->stride},
                            {y->tail_M, slots_used(tails.of_M, cells) * vector, y->stride}};
    memcpy(list, pieces, sizeof pieces);
    return sizeof pieces / sizeof *pieces;
}

/* `count` arrays of a step from the one at `at` on. */
static size_t step_pieces(const mct_cpu_evolution *e, size_t at, size_t count, piece *list) {
    const mct_step_layout *const y = &e->layout;
    for (size_t a = 0; a < count; a++) list[a] = (piece){y->step + at + a * y->plane, e->size, y->pace};
    return count;
}

/* Returns their number. */
static size_t pieces_of(const mct_cpu_evolution *e, const mct_clock *clock, piece *list) {
    const mct_step_layout *const y = &e->layout;
    size_t count = 0;
    if (e->shape.steps_per_block) {
        count += history_pieces(e, clock, list);
        count += step_pieces(e, y->ahead, MCT_AHEAD, list + count);
        count += step_pieces(e, y->tile, MCT_TILE, list + count);
    }
    if (!e->coarse) count += step_pieces(e, y->dr[0], (size_t)2 * MCT_SECANTS, list + count); /* dr, dM of each */
    return count;
}

static size_t state_size(void *evolution, const mct_clock *clock) {
    const mct_cpu_evolution *e = evolution;
    piece list[PIECES];
    size_t doubles = 0;
    const size_t count = pieces_of(e, clock, list);
    for (size_t p = 0; p < count; p++) doubles += list[p].count;
    const size_t follower = e->displacement ? state_size(e->displacement->follower, clock) : 0;
    const size_t coarse = e->coarse ? state_size(mct_coarse_steps(e->coarse), clock) : 0;
    return sizeof *clock + e->blocks * doubles * sizeof(double) + follower + coarse;
}

static void save(void *evolution, size_t point, void *to) {
    const mct_cpu_evolution *e = evolution;
    piece list[PIECES];
    char *out = to;
    memcpy(out, &e->clocks[point], sizeof *e->clocks);
    out += sizeof *e->clocks;
    const size_t count = pieces_of(e, &e->clocks[point], list);
    if (e->clocks[point].i > e->clocks[point].n / 2) mct_evolution_keep(e, point, e->clocks[point].i);
    for (size_t b = 0; b < e->blocks; b++) {
        for (size_t p = 0; p < count; p++) {
            const size_t bytes = list[p].count * sizeof(double);
            memcpy(out, mct_history_of(e, point) + list[p].at + b * list[p].stride, bytes);
            out += bytes;
        }
    }
    if (e->coarse) {
        save(mct_coarse_steps(e->coarse), point, out);
        out += state_size(mct_coarse_steps(e->coarse), &e->clocks[point]);
    }
    if (e->displacement) {
        e->displacement->follower->clocks[point] = e->clocks[point];
        save(e->displacement->follower, point, out);
    }
}

static void restore(void *evolution, size_t point, const void *from) {
    mct_cpu_evolution *e = evolution;
    piece list[PIECES];
    const char *in = from;
    memcpy(&e->clocks[point], in, sizeof *e->clocks);
    in += sizeof *e->clocks;
    const size_t count = pieces_of(e, &e->clocks[point], list);
    for (size_t b = 0; b < e->blocks; b++) {
        for (size_t p = 0; p < count; p++) {
            const size_t bytes = list[p].count * sizeof(double);
            memcpy(mct_history_of(e, point) + list[p].at + b * list[p].stride, in, bytes);
            in += bytes;
        }
    }
    e->begun[point] = false;
    if (e->clocks[point].i > 0) mct_evolution_prepare(e, point);
    if (e->coarse) {
        restore(mct_coarse_steps(e->coarse), point, in);
        in += state_size(mct_coarse_steps(e->coarse), &e->clocks[point]);
    }
    if (e->displacement) restore(e->displacement->follower, point, in);
}

const mct_evolution_operations mct_evolution_cpu = {
    .memory_needed = memory_with_displacements,
    .create = create,
    .destroy = destroy,
    .set = set,
    .start = start,
    .predict = predict,
    .history = history,
    .iterate = iterate,
    .commit = commit,
    .decimate = decimate,
    .advance = advance,
    .look = look,
    .last = last,
    .displacement = displacement,
    .state_size = state_size,
    .save = save,
    .restore = restore,
};
