/* increments.c: the memory kernel by increments over q (docs/theory.md, "increments").
 *
 * Functions -> images (load) -> correlations K1, K2, O, K3 of every component (correlate) -> running sums over q and
 * M(q) (assemble).  Nothing cancels at small q.  Threads share the points of a batch or, where there are fewer points
 * than threads, the components of one point; no sum is split, so results do not depend on threads. */
#include <string.h>

#include "cpu/cpu.h"

/* Scratch of a thread: functions [N], scratch of functions.c [m][N], four adjoint increments [N + 2] of components, the
 * algorithm's. */
size_t mct_increments_scratch(const mct_grid *grid, size_t species) {
    return MCT_FUNCTIONS_TOGETHER * mct_pad(grid->points) + mct_pad(species * grid->points) +
           MCT_COMPONENTS_TOGETHER * 4 * mct_pad(grid->points + 2);
}

typedef struct work {
    double *function[MCT_FUNCTIONS_TOGETHER], *functions_scratch, *increment[MCT_COMPONENTS_TOGETHER][4], *algorithm;
} work;

static work work_of(const mct_cpu *cpu, int thread) {
    double *at = cpu->scratch + (size_t)thread * cpu->scratch_size;
    work w;
    for (int f = 0; f < MCT_FUNCTIONS_TOGETHER; f++, at += mct_pad(cpu->N)) w.function[f] = at;
    w.functions_scratch = at;
    at += mct_pad(cpu->m * cpu->N);
    for (int c = 0; c < MCT_COMPONENTS_TOGETHER; c++) {
        for (int a = 0; a < 4; a++, at += mct_pad(cpu->N + 2)) w.increment[c][a] = at;
    }
    w.algorithm = at;
    return w;
}

static double *images_of(const mct_cpu *cpu, double *base, size_t slot) {
    return base + slot * cpu->functions_max * cpu->image_size;
}

static size_t group(size_t first, size_t all, size_t together) {
    return all - first < together ? all - first : together;
}

/* One call: evaluate (M[F, G]; keep: images into the kept ones) or derivative (F and G are d). */
typedef struct kernel_job {
    size_t first;
    const double *F, *G;
    bool keep, derivative;
    double *M;
} kernel_job;

/* What one thread does of a point: the components first ... last - 1.  Images: its own, and those of the point. */
typedef struct part {
    const mct_cpu *cpu;
    const kernel_job *job;
    size_t point, first, last;
    const double *F, *G;
    double *M, *own, *kept;
    work w;
} part;

static part part_of(const mct_cpu *cpu, const kernel_job *job, size_t p, size_t thread, size_t own, size_t first,
                    size_t last) {
    const size_t point = job->first + p, at = p * cpu->n;
    return (part){.cpu = cpu,
                  .job = job,
                  .point = point,
                  .first = first,
                  .last = last,
                  .F = job->F + at,
                  .G = job->G + at,
                  .M = job->M ? job->M + at : NULL,
                  .own = images_of(cpu, cpu->image, own),
                  .kept = images_of(cpu, cpu->image_kept, point),
                  .w = work_of(cpu, (int)thread)};
}

/* Whether one of the components first ... last - 1 is made of function f. */
static bool uses(const part *p, size_t first, size_t last, size_t f) {
    const mct_term *const term = mct_cpu_terms(p->cpu, p->point);
    for (size_t c = first; c < last; c++) {
        if (term[c].x == f || term[c].y == f || term[c].u == f || term[c].v == f) return true;
    }
    return false;
}

/* The image of function f of the job's own arguments.  Of several parts that make it the first one keeps it. */
static double *image_of(const part *p, size_t f) {
    const bool is_kept = p->job->keep && !uses(p, 0, p->first, f);
    return (is_kept ? p->kept : p->own) + f * p->cpu->image_size;
}

/* Images of the `count` functions f, which go together. */
static void load(const part *p, size_t count, const size_t *f) {
    const double *X[MCT_FUNCTIONS_TOGETHER];
    double *image[MCT_FUNCTIONS_TOGETHER];
    for (size_t i = 0; i < count; i++) {
        X[i] = mct_function_compute(p->cpu, p->point, f[i], p->F, p->G, p->w.functions_scratch, p->w.function[i]);
        image[i] = image_of(p, f[i]);
    }
    p->cpu->algorithm->load(p->cpu, count, X, p->w.algorithm, image);
}

/* All images that the part needs. */
static void load_all(const part *p) {
    const size_t functions = mct_cpu_functions(p->cpu, p->point);
    size_t count = 0, list[MCT_FUNCTIONS_TOGETHER];
    for (size_t f = 0; f < functions; f++) {
        if (p->last - p->first < p->cpu->mm && !uses(p, p->first, p->last, f)) continue;
        list[count++] = f;
        if (count < p->cpu->functions_together) continue;
        load(p, count, list);
        count = 0;
    }
    if (count) load(p, count, list);
}

/* Components from c on, as many as go together: M of the images, or (derivative) M[kept, own] + M[own, kept]. */
static void components(const part *p, size_t c) {
    const mct_cpu *const cpu = p->cpu;
    const size_t count = group(c, p->last, cpu->components_together);
    const double *image[MCT_COMPONENTS_TOGETHER][2][4];
    double *out[MCT_COMPONENTS_TOGETHER];
    for (size_t i = 0; i < count; i++) {
        const mct_term term = mct_cpu_terms(cpu, p->point)[c + i];
        const size_t f[4] = {term.x, term.y, term.u, term.v};
        for (size_t a = 0; a < 4; a++) { /* x and u of one argument, y and v of the other */
            const double *const own = image_of(p, f[a]), *const kept = p->kept + f[a] * cpu->image_size;
            image[i][0][a] = p->job->derivative && a % 2 == 0 ? kept : own;
            image[i][1][a] = p->job->derivative && a % 2 == 1 ? kept : own;
        }
        out[i] = p->M + (c + i) * cpu->N;
    }
    cpu->algorithm->correlate(cpu, count, p->job->derivative ? 2 : 1, (const double *const(*)[2][4])image,
                              cpu->prefactor + p->point * cpu->mm + c, p->w.algorithm, out);
}

static void components_all(const part *p) {
    for (size_t c = p->first; p->M && c < p->last; c += p->cpu->components_together) components(p, c);
}

/* The p-th point of a job from start to end, by one thread. */
static void whole_point(const mct_cpu *cpu, const kernel_job *job, size_t p, size_t thread) {
    const part all = part_of(cpu, job, p, thread, thread, 0, cpu->mm);
    load_all(&all);
    components_all(&all);
}

/* One point by all threads of a team.  Where each has a whole vector of components it makes the images that these need for
 * itself: a few are made twice (6 + 6 instead of 9 for rank one, m = 2), but the last group of 9 is a small one anyway,
 * nobody waits, and no core reads images that another one has written, which takes longer than making them where the two
 * have no cache in common.  More threads than that share the functions, then the components, in turn. */
static void shared_point(const mct_cpu *cpu, const kernel_job *job, size_t p) {
    const size_t threads = (size_t)omp_get_num_threads(), thread = (size_t)omp_get_thread_num(), mm = cpu->mm;
    if (threads * cpu->components_together <= mm) {
        const part some = part_of(cpu, job, p, thread, thread, thread * mm / threads, (thread + 1) * mm / threads);
        load_all(&some);
        components_all(&some);
        return;
    }
    const part all = part_of(cpu, job, p, thread, 0, 0, mm);
    const size_t functions = mct_cpu_functions(cpu, all.point);
#pragma omp for schedule(static, 1)
    for (size_t f = 0; f < functions; f += cpu->functions_together) {
        size_t list[MCT_FUNCTIONS_TOGETHER];
        const size_t count = group(f, functions, cpu->functions_together);
        for (size_t i = 0; i < count; i++) list[i] = f + i;
        load(&all, count, list);
    }
    if (!job->M) return;
#pragma omp for schedule(static, 1)
    for (size_t c = 0; c < mm; c += cpu->components_together) components(&all, c);
}

static void run(const mct_cpu *cpu, const kernel_job *job, size_t count) {
    const int threads = cpu->shape.threads;
    /* no team for one thread, which may itself be one of another team, nor for little work */
    if (threads == 1 || count * cpu->n < MCT_AUTO_TEAM_EVALUATION) {
        for (size_t p = 0; p < count; p++) whole_point(cpu, job, p, 0);
    } else if (count >= (size_t)threads) {
#pragma omp parallel for schedule(static) num_threads(threads)
        for (size_t p = 0; p < count; p++) whole_point(cpu, job, p, (size_t)omp_get_thread_num());
    } else {
#pragma omp parallel num_threads(threads)
        for (size_t p = 0; p < count; p++) shared_point(cpu, job, p);
    }
}

void mct_increments_evaluate(mct_cpu *cpu, size_t first, size_t count, const double *F, const double *G, bool keep,
                             double *M) {
    run(cpu, &(kernel_job){.first = first, .F = F, .G = G, .keep = keep, .M = M}, count);
}

void mct_increments_point(const mct_cpu *cpu, int thread, size_t point, const double *F, const double *G, double *M) {
    whole_point(cpu, &(kernel_job){.first = point, .F = F, .G = G, .M = M}, 0, (size_t)thread);
}

void mct_increments_derivative(mct_cpu *cpu, size_t first, size_t count, const double *d, double *dM) {
    run(cpu, &(kernel_job){.first = first, .F = d, .G = d, .derivative = true, .M = dM}, count);
}

/* Adjoint of one point: M -> increments -> images -> functions -> F. */
static void point_adjoint(mct_cpu *cpu, int thread, size_t point, const double *l, double *F_bar) {
    const work w = work_of(cpu, thread);
    const size_t functions = mct_cpu_functions(cpu, point), N = cpu->N, size = cpu->image_size;
    const double *kept = images_of(cpu, cpu->image_kept, point);
    double *bar = images_of(cpu, cpu->adjoint_image, (size_t)thread);
    memset(bar, 0, functions * size * sizeof *bar);
    for (size_t c = 0; c < cpu->mm; c += cpu->components_together) {
        const size_t together = group(c, cpu->mm, cpu->components_together);
        const double *image[MCT_COMPONENTS_TOGETHER][4];
        double *out[MCT_COMPONENTS_TOGETHER][4];
        for (size_t i = 0; i < together; i++) {
            const mct_term term = mct_cpu_terms(cpu, point)[c + i];
            const size_t at[4] = {term.x, term.y, term.u, term.v};
            for (int a = 0; a < 4; a++) {
                image[i][a] = kept + at[a] * size;
                out[i][a] = bar + at[a] * size;
            }
            double *const *const d = w.increment[i];
            cpu->loops->increment->assemble_adjoint(N, cpu->shape.grid.spacing, cpu->prefactor[point * cpu->mm + c + i],
                                                    cpu->tables->balance, cpu->lags > N, l + (c + i) * N, d[0], d[1],
                                                    d[2], d[3]);
        }
        cpu->algorithm->correlate_adjoint(cpu, together, (const double *const(*)[4])w.increment,
                                          (const double *const(*)[4])image, w.algorithm, (double *const(*)[4])out);
    }
    double *X_bar = images_of(cpu, cpu->image, (size_t)thread); /* [functions][N] fits where images do */
    for (size_t f = 0; f < functions; f += cpu->functions_together) {
        const size_t together = group(f, functions, cpu->functions_together);
        const double *image[MCT_FUNCTIONS_TOGETHER];
        double *X[MCT_FUNCTIONS_TOGETHER];
        for (size_t i = 0; i < together; i++) {
            image[i] = bar + (f + i) * size;
            X[i] = X_bar + (f + i) * N;
        }
        cpu->algorithm->unload(cpu, together, image, w.algorithm, X);
    }
    mct_functions_adjoint(cpu, point, X_bar, F_bar);
}

void mct_increments_adjoint(mct_cpu *cpu, size_t first, size_t count, const double *l, double *w) {
    const int threads = cpu->shape.threads;
#pragma omp parallel for schedule(static) num_threads(threads) if (threads > 1 && count > 1)
    for (size_t p = 0; p < count; p++) {
        const int thread = threads > 1 && count > 1 ? omp_get_thread_num() : 0;
        point_adjoint(cpu, thread, first + p, l + p * cpu->n, w + p * cpu->n);
    }
}
