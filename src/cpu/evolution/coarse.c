/* coarse.c: the fixed point of a step on a coarse grid, for the memory kernel of the fine one (coarse.h). */
#include "cpu/evolution/coarse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Coarse wave numbers lie this far apart at most, in 1/d: S(k) and all that follows from it changes within about 1. */
static const double spacing_max = 0.125;

/* Solved to this part of the tolerance: what is left is not to be seen beside what the grids see differently. */
static const double tolerance_part = 0.05;

/* Coarse values that an interpolated one is made of, and values beyond either end that it needs. */
enum { NODES = MCT_NODES, BEFORE = NODES / 2, AFTER = NODES / 2 + 1 };

struct mct_cpu_coarse {
    size_t ratio, first;      /* wave number i is number first + i ratio of the fine grid */
    mct_cpu *cpu;             /* memory kernel of the coarse grid */
    mct_cpu_evolution *steps; /* its fixed point: arrays of a step, no history */
    double *target, *shift;   /* [points][n]: M_fine[x] there; M_fine[x] - M_coarse[x] */
    double *change;           /* [points][BEFORE + N + AFTER]: of a component */
    double *weight;           /* [NODES][ratio]: of the coarse values around, for the places between two of them */
    double *factor;           /* [N] of the fine grid: smallness */
    struct coarse_point {
        int thread;    /* whose scratch it works in */
        bool is_first; /* the next evaluation is the one at x */
    } * points;
};

bool mct_coarse_is_possible(const mct_evolution_shape *shape) {
    return !shape->custom && shape->steps_per_block > 0 && shape->N >= MCT_AUTO_TWO_GRIDS_FROM;
}

size_t mct_coarse_ratio(const mct_evolution_shape *shape, const mct_grid *grid) {
    if (!mct_coarse_is_possible(shape)) return 0;
    const double most = fmin(spacing_max / grid->spacing, (double)grid->points / MCT_AUTO_COARSE_POINTS_LEAST);
    const size_t ratio = (size_t)most;
    const size_t odd = ratio % 2 ? ratio : ratio - 1;
    return ratio >= 3 ? odd : 0;
}

/* M_coarse + shift; at x itself M_fine, which is what the shift makes of M_coarse there. */
static void shifted_kernel(void *user, size_t point, const double *F, const double *G, bool linear, double *M) {
    (void)linear;
    const mct_cpu_coarse *const coarse = user;
    struct coarse_point *const p = &coarse->points[point];
    const size_t n = coarse->steps->n;
    double *const shift = coarse->shift + point * n;
    const double *const target = coarse->target + point * n;
    mct_increments_point(coarse->cpu, p->thread, point, F, G, M);
    if (p->is_first) {
        for (size_t i = 0; i < n; i++) shift[i] = target[i] - M[i];
        memcpy(M, target, n * sizeof *M);
        p->is_first = false;
    } else {
        for (size_t i = 0; i < n; i++) M[i] += shift[i];
    }
}

static mct_grid grid_of(const mct_grid *fine, size_t ratio) {
    const size_t first = (ratio - 1) / 2;
    return (mct_grid){.points = (fine->points - first - 1) / ratio + 1,
                      .spacing = fine->spacing * (double)ratio,
                      .quadrature = fine->quadrature};
}

static mct_shape kernel_shape(const mct_evolution_shape *shape, mct_grid grid, mct_kernel_path path) {
    return (mct_shape){.grid = grid,
                       .species = shape->species,
                       .points = shape->points,
                       .algorithm = MCT_KERNEL_FOURIER,
                       .path = path,
                       .threads = shape->threads};
}

static mct_evolution_shape step_shape(const mct_evolution_shape *fine, size_t N) {
    mct_evolution_shape shape = *fine;
    shape.N = N;
    shape.steps_per_block = shape.doublings = 0;
    shape.window = 1;
    shape.iterations_max = 40;
    shape.threads = 1;
    shape.tolerance = tolerance_part * fine->tolerance;
    shape.displacements = shape.observed_count = 0;
    shape.custom = shifted_kernel;
    return shape;
}

size_t mct_coarse_memory(const mct_evolution_shape *shape) {
    const mct_grid grid = {.points = shape->N / 3 + 1, .spacing = 1.0, .quadrature = MCT_QUADRATURE_CORRECTED};
    const mct_shape kernel = kernel_shape(shape, grid, MCT_PATH_GENERAL);
    const mct_evolution_shape step = step_shape(shape, grid.points);
    const size_t n = shape->species * shape->species * grid.points;
    return mct_backend_cpu.memory_needed(&kernel) + mct_evolution_cpu.memory_needed(&step) +
           ((2 * n + grid.points + BEFORE + AFTER) * shape->points + 2 * shape->N) * sizeof(double);
}

/* M at wave number i is as k^2 at small k, or, by the midpoint rule, as the sum of (l - j)^2 over the triangle's l - j =
 * -i ... i: i (i + 1) (2 i + 1)/3 instead of 2 (i + 1/2)^3/3; over i + 1/2 and in units of the spacing squared.  What counts
 * there is M W^-1, W as k^2: slow modes remember every step. */
static double smallness(const mct_grid *grid, size_t i) {
    const double k = (double)i + 0.5, square = grid->spacing * grid->spacing;
    return square * (grid->quadrature == MCT_QUADRATURE_CORRECTED ? k * k : k * k - 0.25);
}

/* Lagrange's polynomials at the places first + (i + s) ratio of the fine grid, s = r/ratio, on as many nodes i on either side. */
static void lagrange(size_t ratio, double *weight) {
    for (size_t r = 0; r < ratio; r++) {
        const double s = (double)r / (double)ratio;
        for (int a = 0; a < NODES; a++) {
            double w = 1.0;
            for (int b = 0; b < NODES; b++) {
                const int node = b + 1 - NODES / 2;
                if (b != a) w *= (s - node) / (a - b);
            }
            weight[(size_t)a * ratio + r] = w;
        }
    }
}

mct_status mct_coarse_create(mct_context *context, mct_cpu_evolution *e, size_t ratio) {
    mct_cpu_coarse *const coarse = e->coarse = calloc(1, sizeof *coarse);
    if (!coarse) return mct_fail(context, MCT_MEMORY, "evolution: out of memory");
    const size_t points = e->shape.points;
    const mct_grid grid = grid_of(&e->cpu->shape.grid, ratio);
    const mct_shape kernel = kernel_shape(&e->shape, grid, e->cpu->shape.path);
    mct_evolution_shape shape = step_shape(&e->shape, grid.points);
    shape.custom_user = coarse;
    coarse->ratio = ratio;
    coarse->first = (ratio - 1) / 2;
    void *cpu = NULL, *steps = NULL;
    mct_status status = mct_backend_cpu.create(context, &kernel, NULL, &cpu);
    coarse->cpu = cpu;
    if (status == MCT_OK) status = mct_evolution_cpu.create(context, &shape, NULL, &steps);
    coarse->steps = steps;
    if (status != MCT_OK) return status;
    const size_t n = coarse->steps->n;
    coarse->target = mct_cpu_allocate(points * n);
    coarse->shift = mct_cpu_allocate(points * n);
    coarse->change = mct_cpu_allocate(points * (BEFORE + grid.points + AFTER));
    coarse->weight = mct_cpu_allocate(NODES * ratio);
    coarse->factor = mct_cpu_allocate(e->shape.N);
    coarse->points = calloc(points, sizeof *coarse->points);
    if (!coarse->target || !coarse->shift || !coarse->change || !coarse->weight || !coarse->factor || !coarse->points) {
        return mct_fail(context, MCT_MEMORY, "evolution: out of memory");
    }
    lagrange(ratio, coarse->weight);
    for (size_t i = 0; i < e->shape.N; i++) coarse->factor[i] = smallness(&e->cpu->shape.grid, i);
    return MCT_OK;
}

void mct_coarse_destroy(mct_cpu_coarse *coarse) {
    if (!coarse) return;
    mct_backend_cpu.destroy(coarse->cpu);
    mct_evolution_cpu.destroy(coarse->steps);
    double *const arrays[] = {coarse->target, coarse->shift, coarse->change, coarse->weight, coarse->factor};
    for (size_t a = 0; a < sizeof arrays / sizeof *arrays; a++) mct_cpu_release(arrays[a]);
    free(coarse->points);
    free(coarse);
}

/* --- From the fine grid to the coarse one ------------------------------------------------------------------------ */

/* Rows of the fine grid at the coarse wave numbers. */
static void pick_rows(const mct_cpu_coarse *coarse, size_t N, const double *fine, double *rows) {
    const size_t count = coarse->steps->shape.N, mm = coarse->cpu->mm;
    for (size_t c = 0; c < mm; c++) {
        for (size_t i = 0; i < count; i++) rows[c * count + i] = fine[c * N + coarse->first + i * coarse->ratio];
    }
}

/* The array of a step at `at`, into that at `to`. */
static void pick(const mct_cpu_evolution *e, size_t point, size_t at, size_t to, double fill) {
    const mct_cpu_coarse *const coarse = e->coarse;
    mct_cpu_evolution *const s = coarse->steps;
    const double *const fine = mct_step_of(e, point);
    const size_t count = s->shape.N, mm = s->shape.species * s->shape.species;
    double *const rows = mct_kernel_of(s, point, 0);
    for (size_t i = 0; i < count; i++) {
        const size_t q = coarse->first + i * coarse->ratio;
        const double *const from = fine + q / MCT_LANES * e->layout.pace + at + q % MCT_LANES;
        for (size_t c = 0; c < mm; c++) rows[c * count + i] = from[c * MCT_LANES];
    }
    s->loops->load(&s->layout, 0, s->blocks, mct_step_of(s, point) + to, s->layout.pace, rows, fill);
}

void mct_coarse_set(mct_cpu_evolution *e, size_t point) {
    const mct_cpu_coarse *const coarse = e->coarse;
    const mct_cpu *const fine = e->cpu;
    mct_cpu *const cpu = coarse->cpu;
    const size_t m = cpu->m, mm = cpu->mm;
    cpu->rank_one[point] = fine->rank_one[point];
    memcpy(cpu->root_fraction + point * m, fine->root_fraction + point * m, m * sizeof(double));
    memcpy(cpu->pair_root + point * mm, fine->pair_root + point * mm, mm * sizeof(double));
    for (size_t c = 0; c < mm; c++) {
        cpu->prefactor[point * mm + c] = fine->prefactor[point * mm + c] * fine->tables->scale / cpu->tables->scale;
    }
    pick_rows(coarse, fine->N, fine->C + point * fine->n, cpu->C + point * cpu->n);
    mct_evolution_clear(coarse->steps, point);
    coarse->steps->clocks[point] = (mct_clock){.state = MCT_EVOLUTION_RUNNING};
    pick(e, point, e->layout.norm, coarse->steps->layout.norm, 0.0);
}

void mct_coarse_prepare(mct_cpu_evolution *e, size_t point) {
    mct_cpu_evolution *const s = e->coarse->steps;
    pick(e, point, e->layout.A_inverse, s->layout.A_inverse, 1.0);
    pick(e, point, e->layout.right, s->layout.right, 1.0);
    s->clocks[point].contraction = 0.0;
}

/* --- And back ---------------------------------------------------------------------------------------------------- */

/* At k = 1/2, from those at 3/2, 5/2, 7/2: a polynomial in k^2. */
static double even_at_zero(const double *d) {
    double value = 0.0;
    for (int a = 1; a <= 3; a++) {
        double w = 1.0;
        for (int b = 1; b <= 3; b++) {
            if (b != a) w *= (double)(-b * (b + 1)) / (double)(a * (a + 1) - b * (b + 1));
        }
        value += w * d[a];
    }
    return value;
}

/* Adds what lies between the coarse values `change`, which are even in the wave number, times what M is proportional to at
 * small ones, to a row of the fine grid. */
static void interpolate(const mct_cpu_coarse *coarse, size_t N, double *change, double *fine) {
    const size_t count = coarse->steps->shape.N, ratio = coarse->ratio;
    double *const d = change + BEFORE;
    /* none at i = 0: a polynomial in k^2 through the next three */
    if (smallness(&coarse->cpu->shape.grid, 0) == 0.0) d[0] = even_at_zero(d);
    for (size_t i = 0; i < BEFORE; i++) d[-1 - (ptrdiff_t)i] = d[i];
    for (size_t i = count; i < count + AFTER; i++) d[i] = 4.0 * d[i - 1] - 6.0 * d[i - 2] + 4.0 * d[i - 3] - d[i - 4];
    /* between coarse values i - 1 and i */
    for (size_t i = 0, low = 0; low < N; i++) {
        const size_t end = coarse->first + i * ratio < N ? coarse->first + i * ratio : N;
        const size_t skipped = low + ratio - (coarse->first + i * ratio);
        const double *const at = d + i - NODES / 2;
        coarse->steps->loops->interpolate(end - low, ratio, coarse->weight + skipped, at, coarse->factor + low,
                                          fine + low);
        low = end;
    }
}

/* What M would make of the iterate, and where that is farthest from it, or not finite. */
static double distance(mct_cpu_evolution *e, size_t point, int thread, size_t *where) {
    const size_t N = e->shape.N, mm = e->shape.species * e->shape.species;
    const double *const x = e->iterate + point * e->n, *const M = mct_kernel_of(e, point, 0);
    double *const moved = mct_scratch_of(e, thread); /* free since the start */
    e->loops->respond(&e->layout, 0, e->blocks, mct_history_of(e, point), MCT_STEP_NOWHERE, M, NULL, moved);
    double largest = -1.0;
    for (size_t q = 0; q < N; q++) {
        const double *const norm =
            mct_step_of(e, point) + q / MCT_LANES * e->layout.pace + e->layout.norm + q % MCT_LANES;
        for (size_t c = 0; c < mm; c++) {
            const double r = fabs((moved[c * N + q] - x[c * N + q]) * norm[c * MCT_LANES]);
            if (r > largest || !isfinite(r)) largest = r, *where = q;
            if (!isfinite(r)) return r;
        }
    }
    return largest;
}

double mct_coarse_correct(mct_cpu_evolution *e, size_t point, int thread) {
    const mct_cpu_coarse *const coarse = e->coarse;
    mct_cpu_evolution *const s = coarse->steps;
    mct_clock *const clock = &s->clocks[point];
    const size_t N = e->shape.N, count = s->shape.N, mm = coarse->cpu->mm;
    double *const M = mct_kernel_of(e, point, 0), *const target = coarse->target + point * s->n;
    /* what a correction leaves is the smaller at the coarse wave numbers themselves */
    size_t where;
    const double left = e->clocks[point].iterations > 1 ? distance(e, point, thread, &where) : 0.0;
    pick(e, point, e->layout.offset, s->layout.offset, 1.0);
    pick_rows(coarse, N, e->iterate + point * e->n, s->iterate + point * s->n);
    pick_rows(coarse, N, M, target);
    coarse->points[point] = (struct coarse_point){.thread = thread, .is_first = true};
    const double there = mct_evolution_fixed_point(s, point, thread);
    const double residual = left > there ? left : there; /* a NaN stays: M is not finite then anywhere */
    const bool is_finite = clock->state != MCT_EVOLUTION_NON_FINITE;
    const bool is_settled = clock->state == MCT_EVOLUTION_RUNNING;
    clock->state = MCT_EVOLUTION_RUNNING;
    if (!is_finite) { /* the fine grid goes on without it */
        mct_evolution_forget(s, point);
        return residual;
    }
    /* M there, and what the secants add to it */
    static const double none[MCT_SECANTS];
    const double *const last = mct_kernel_of(s, point, clock->iterations);
    double *const more = mct_kernel_of(s, point, clock->iterations + 1);
    s->loops->combine(&s->layout, 0, s->blocks, mct_step_of(s, point), s->layout.pace, MCT_SECANTS,
                      is_settled ? clock->coefficient : none, s->layout.dM, MCT_STEP_NOWHERE, more);
    double *const change = coarse->change + point * (BEFORE + count + AFTER);
    for (size_t c = 0; c < mm; c++) {
        for (size_t i = 0; i < count; i++) {
            const double small = smallness(&coarse->cpu->shape.grid, i);
            const size_t at = c * count + i;
            change[BEFORE + i] = small > 0.0 ? (last[at] + more[at] - target[at]) / small : 0.0;
        }
        interpolate(coarse, N, change, M + c * N);
    }
    return residual;
}

size_t mct_coarse_worst(mct_cpu_evolution *e, size_t point, int thread) {
    size_t where = 0;
    distance(e, point, thread, &where);
    return where;
}

mct_cpu_evolution *mct_coarse_steps(const mct_cpu_coarse *coarse) {
    return coarse->steps;
}
