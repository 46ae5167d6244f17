/* increments.c: the memory kernel by increments over q (docs/theory.md, "increments").
 *
 * Functions -> images (load) -> correlations K1, K2, O, K3 of every component (correlate) -> running sums over q and
 * M(q) (assemble).  Nothing cancels at small q.  Threads share the points of a batch or, where there are fewer points
 * than threads, the functions and components of one point; no sum is split, so results do not depend on threads. */
#include <omp.h>
#include <string.h>

#include "automatic.h"
#include "cpu.h"

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

/* Functions from f on, as many as go together. */
static void load(const mct_cpu *cpu, const work *w, size_t point, size_t f, const double *F, const double *G,
                 double *images) {
    const size_t count = group(f, mct_cpu_functions(cpu, point), cpu->functions_together);
    const double *X[MCT_FUNCTIONS_TOGETHER];
    double *image[MCT_FUNCTIONS_TOGETHER];
    for (size_t i = 0; i < count; i++) {
        X[i] = mct_function_compute(cpu, point, f + i, F, G, w->functions_scratch, w->function[i]);
        image[i] = images + (f + i) * cpu->image_size;
    }
    cpu->algorithm->load(cpu, count, X, w->algorithm, image);
}

/* The four images of component c in the order x, y, u, v; x and u from one set, y and v from another. */
static void pick(const mct_cpu *cpu, size_t point, size_t c, const double *xu, const double *yv,
                 const double *image[4]) {
    const mct_term term = mct_cpu_terms(cpu, point)[c];
    image[0] = xu + term.x * cpu->image_size;
    image[1] = yv + term.y * cpu->image_size;
    image[2] = xu + term.u * cpu->image_size;
    image[3] = yv + term.v * cpu->image_size;
}

/* Components of M from c on, as many as go together, from images a (kept != NULL: of M[kept, a] + M[a, kept]). */
static void components(const mct_cpu *cpu, const work *w, size_t point, size_t c, const double *images,
                       const double *kept, double *M) {
    const size_t count = group(c, cpu->mm, cpu->components_together);
    const double *image[MCT_COMPONENTS_TOGETHER][2][4];
    for (size_t i = 0; i < count; i++) {
        pick(cpu, point, c + i, kept ? kept : images, images, image[i][0]);
        if (kept) pick(cpu, point, c + i, images, kept, image[i][1]);
    }
    double *out[MCT_COMPONENTS_TOGETHER];
    for (size_t i = 0; i < count; i++) out[i] = M + (c + i) * cpu->N;
    cpu->algorithm->correlate(cpu, count, kept ? 2 : 1, (const double *const(*)[2][4])image,
                              cpu->prefactor + point * cpu->mm + c, w->algorithm, out);
}

/* One call: evaluate (M[F, G]; keep: images into the kept ones) or derivative (F and G are d). */
typedef struct kernel_job {
    size_t first;
    const double *F, *G;
    bool keep, derivative;
    double *M;
} kernel_job;

/* The p-th point of a job from start to end, by one thread. */
static void whole_point(const mct_cpu *cpu, const kernel_job *job, size_t p, size_t thread) {
    const work w = work_of(cpu, (int)thread);
    const size_t point = job->first + p, at = p * cpu->n;
    double *kept = images_of(cpu, cpu->image_kept, point);
    double *images = job->keep ? kept : images_of(cpu, cpu->image, thread);
    for (size_t f = 0; f < mct_cpu_functions(cpu, point); f += cpu->functions_together) {
        load(cpu, &w, point, f, job->F + at, job->G + at, images);
    }
    for (size_t c = 0; job->M && c < cpu->mm; c += cpu->components_together) {
        components(cpu, &w, point, c, images, job->derivative ? kept : NULL, job->M + at);
    }
}

/* One point by all threads of a team: its functions, then its components, in turn: the last group may be a small one. */
static void shared_point(const mct_cpu *cpu, const kernel_job *job, size_t p) {
    const work w = work_of(cpu, omp_get_thread_num());
    const size_t point = job->first + p, functions = mct_cpu_functions(cpu, point), at = p * cpu->n;
    double *kept = images_of(cpu, cpu->image_kept, point);
    double *images = job->keep ? kept : images_of(cpu, cpu->image, 0);
#pragma omp for schedule(static, 1)
    for (size_t f = 0; f < functions; f += cpu->functions_together) {
        load(cpu, &w, point, f, job->F + at, job->G + at, images);
    }
    if (!job->M) return;
#pragma omp for schedule(static, 1)
    for (size_t c = 0; c < cpu->mm; c += cpu->components_together) {
        components(cpu, &w, point, c, images, job->derivative ? kept : NULL, job->M + at);
    }
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
            for (int a = 0; a < 4; a++) out[i][a] = bar + at[a] * size;
            pick(cpu, point, c + i, kept, kept, image[i]);
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
