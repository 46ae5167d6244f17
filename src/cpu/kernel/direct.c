/* direct.c: the memory kernel from precomputed vertex weights: the definition, as matrix products (docs/theory.md).
 *
 *   M(q_i) = prefactor sum_jl { G1[i][j][l] X_j Y_l + G2[i][j][l] U_j V_l }
 *   G1 = spacing^2/(4 pi^2) k p/q (q.k)^2 s,  G2 = spacing^2/(4 pi^2) k p/q (q.k)(q.p) s
 * with s = 1 inside the triangle region |j - l| <= i <= j + l and 0 outside; with the corrected quadrature the two
 * steps of s are those of the corrected sum over i.  The weights depend on the grid alone.
 *
 * For a block of rows (i, j): T = weights x all right-hand sides Y and V (GEMM over points and components), then the
 * sum over j with X and U.  One point reads 16 N^3 bytes for 2 (m^2 + m) N^3 multiply-adds (rank one). */
#include <string.h>

#include "base/constants.h"
#include "cpu/cpu.h"
#include "cpu/kernel/blas.h"

/* Rows (i, j) of one matrix product: at least this many, a whole number of i; fixed, so that results do not depend
 * on the number of threads. */
enum { ROWS = 512 };

static size_t block_of(size_t N) {
    const size_t block = (ROWS + N - 1) / N;
    return block < N ? block : N;
}

/* Sum over i' = 0 ... i (half at 0) of the corrected unit increment at +-s: a smoothed step from 0 to 1 at i = s. */
static double corrected_step(ptrdiff_t i, ptrdiff_t s) {
    static const double weight[3] = MCT_CORRECTED_WEIGHTS;
    if (i >= s + 2) return 1.0;
    double sum = 0.0;
    for (ptrdiff_t at = s > 2 ? s - 2 : 0; at <= i; at++) {
        const ptrdiff_t near = at > s ? at - s : s - at, far = at + s;
        const double increment = (near <= 2 ? weight[near] : 0.0) + (far <= 2 ? weight[far] : 0.0);
        sum += at ? increment : 0.5 * increment;
    }
    return sum;
}

static double step(const mct_grid *grid, size_t i, size_t at) {
    if (grid->quadrature == MCT_QUADRATURE_RIEMANN) return i >= at;
    return corrected_step((ptrdiff_t)i, (ptrdiff_t)at);
}

static size_t table_size(const mct_grid *grid) {
    return mct_pad(grid->points) + 2 * grid->points * grid->points * grid->points;
}

static size_t image_size(const mct_grid *grid) {
    return mct_pad(grid->points); /* the function itself */
}

/* Points that share one pass over the weights. */
static size_t group_of(size_t points) {
    return points < 16 ? points : 16;
}

/* Scratch of a thread: the products T of one block for all right-hand sides of a group, of two sets of functions in a
 * derivative; or the products of the adjoint. */
static size_t scratch_size(const mct_grid *grid, size_t species, size_t points) {
    const size_t N = grid->points, mm = species * species, rows = block_of(N) * N;
    const size_t evaluate = 4 * mm * group_of(points) * rows, adjoint = 2 * mm * rows + 5 * mm * N;
    return mct_pad(evaluate > adjoint ? evaluate : adjoint);
}

/* Shared by the threads: functions of a group, their right-hand sides Y and V packed for the products. */
static size_t shared_size(const mct_grid *grid, size_t species, size_t points) {
    const size_t mm = species * species, group = group_of(points);
    return group * 4 * mm * mct_pad(grid->points) + group * 4 * mm * grid->points;
}

static void destroy(mct_tables *tables) {
    mct_cpu_release(tables->weight);
}

static mct_status create(mct_context *context, const mct_grid *grid, mct_tables *tables) {
    const size_t N = grid->points;
    MCT_TRY(mct_blas_load(context, &tables->blas));
    tables->weight = mct_cpu_allocate(2 * N * N * N);
    if (!tables->weight) return mct_fail(context, MCT_MEMORY, "vertex weights of %zu wave numbers: out of memory", N);
    const double spacing = grid->spacing;
    bool stopped = false;
#pragma omp parallel for schedule(dynamic) num_threads(mct_context_threads(context))
    for (size_t i = 0; i < N; i++) {
        if (mct_context_interrupted(context)) {
#pragma omp atomic write
            stopped = true;
            continue;
        }
        const double q = tables->k[i];
        double *G1 = tables->weight + i * N * N, *G2 = G1 + N * N * N;
        for (size_t j = 0; j < N; j++) {
            for (size_t l = 0; l < N; l++) {
                const size_t low = j > l ? j - l : l - j, high = j + l + 1;
                const double s = step(grid, i, low) - step(grid, i, high);
                const double k = tables->k[j], p = tables->k[l];
                const double difference = ((double)j - (double)l) * (double)high * spacing * spacing; /* k^2 - p^2 */
                const double qk = 0.5 * (q * q + difference), qp = 0.5 * (q * q - difference);
                const double factor = s * spacing * spacing / (4.0 * MCT_PI * MCT_PI) * k * p / q * qk;
                G1[j * N + l] = factor * qk;
                G2[j * N + l] = factor * qp;
            }
        }
    }
    if (stopped) return mct_fail(context, MCT_INTERRUPTED, "interrupted");
    return MCT_OK;
}

/* Indices of the functions of a point that stand on the right (Y and V kinds) and their number. */
typedef struct right_sides {
    size_t y, y_count, v, v_count;
} right_sides;

static right_sides right_sides_of(const mct_cpu *cpu, size_t point) {
    const size_t m = cpu->m, mm = cpu->mm;
    if (cpu->rank_one[point]) return (right_sides){.y = 1, .y_count = mm, .v = 1 + mm + m, .v_count = m};
    return (right_sides){.y = mm, .y_count = mm, .v = 3 * mm, .v_count = mm};
}

static double *rows_of(const mct_cpu *cpu, double *base, size_t slot) {
    return base + slot * cpu->functions_max * cpu->image_size;
}

/* A group of points in the work of one call. */
typedef struct group {
    size_t first, count; /* points */
    int sets;            /* 1: functions in `rows`; 2: also the kept ones, for a derivative */
    double *rows;        /* functions of its points, rows_of(cpu, rows, p) */
    double *Y, *V;       /* right-hand sides packed: [y_total][N], [v_total][N], set by set, point by point */
    size_t y_total, v_total;
} group;

static void pack(const mct_cpu *cpu, group *g) {
    const size_t N = cpu->N;
    g->y_total = g->v_total = 0;
    for (int set = 0; set < g->sets; set++) {
        for (size_t p = 0; p < g->count; p++) {
            const right_sides right = right_sides_of(cpu, g->first + p);
            const double *from = set ? rows_of(cpu, cpu->image_kept, g->first + p) : rows_of(cpu, g->rows, p);
            for (size_t r = 0; r < right.y_count; r++, g->y_total++) {
                memcpy(g->Y + g->y_total * N, from + (right.y + r) * cpu->image_size, N * sizeof(double));
            }
            for (size_t r = 0; r < right.v_count; r++, g->v_total++) {
                memcpy(g->V + g->v_total * N, from + (right.v + r) * cpu->image_size, N * sizeof(double));
            }
        }
    }
}

/* T[r][(i, j)] = sum_l G[(i, j)][l] right[r][l] for `rows` rows of G. */
static void product(const mct_blas *blas, size_t N, const double *G, size_t rows, const double *right, size_t count,
                    double *T) {
    blas->dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, (int)rows, (int)N, 1.0, right, (int)N, G, (int)N,
                0.0, T, (int)rows);
}

/* Rows i0 <= i < i1 of M of all points of the group. */
static void block(const mct_cpu *cpu, const group *g, size_t i0, size_t i1, double *T, double *M) {
    const size_t N = cpu->N, size = cpu->image_size, rows = (i1 - i0) * N;
    const double *G1 = cpu->tables->weight + i0 * N * N, *G2 = G1 + N * N * N;
    double *Ty = T, *Tv = T + g->y_total * rows;
    const mct_blas *const blas = cpu->tables->blas;
    product(blas, N, G1, rows, g->Y, g->y_total, Ty);
    product(blas, N, G2, rows, g->V, g->v_total, Tv);
    for (int set = 0; set < g->sets; set++) {
        for (size_t p = 0; p < g->count; p++) {
            const size_t point = g->first + p;
            const right_sides right = right_sides_of(cpu, point);
            /* with the right-hand sides of one set go the left ones of the other, if there are two */
            const bool from_kept = g->sets == 2 && set == 0;
            const double *left = from_kept ? rows_of(cpu, cpu->image_kept, point) : rows_of(cpu, g->rows, p);
            for (size_t c = 0; c < cpu->mm; c++) {
                const mct_term term = mct_cpu_terms(cpu, point)[c];
                const double *y = Ty + (term.y - right.y) * rows, *v = Tv + (term.v - right.v) * rows;
                double *out = M + p * cpu->n + c * N;
                for (size_t i = i0; i < i1; i++, y += N, v += N) {
                    const double sum = blas->ddot((int)N, left + term.x * size, 1, y, 1) +
                                       blas->ddot((int)N, left + term.u * size, 1, v, 1);
                    out[i] = (set ? out[i] : 0.0) + cpu->prefactor[point * cpu->mm + c] * sum;
                }
            }
            Ty += right.y_count * rows;
            Tv += right.v_count * rows;
        }
    }
}

static void run(mct_cpu *cpu, size_t first, size_t count, const double *F, const double *G, bool keep, bool derivative,
                double *M) {
    const size_t N = cpu->N, height = block_of(N), blocks = (N + height - 1) / height;
    const size_t points = group_of(cpu->shape.points);
    const int threads = cpu->shape.threads;
    double *rows = cpu->shared, *Y = rows + points * cpu->functions_max * cpu->image_size;
    group g = {.sets = derivative ? 2 : 1, .Y = Y, .V = Y + 2 * points * cpu->mm * N};
#pragma omp parallel num_threads(threads) if (threads > 1)
    {
        const size_t thread = threads > 1 ? (size_t)omp_get_thread_num() : 0;
        double *T = cpu->scratch + thread * cpu->scratch_size;
        for (size_t done = 0; done < count; done += points) {
#pragma omp single
            {
                g.first = first + done;
                g.count = count - done < points ? count - done : points;
                g.rows = keep ? rows_of(cpu, cpu->image_kept, g.first) : rows;
                for (size_t p = 0; p < g.count; p++) {
                    double *to = rows_of(cpu, g.rows, p);
                    const size_t at = (done + p) * cpu->n, functions = mct_cpu_functions(cpu, g.first + p);
                    for (size_t f = 0; f < functions; f++) {
                        double *const row = to + f * cpu->image_size;
                        const double *const X = mct_function_compute(cpu, g.first + p, f, F + at, G + at, T, row);
                        if (X != row) memcpy(row, X, cpu->N * sizeof *row);
                    }
                }
                pack(cpu, &g);
            }
#pragma omp for schedule(static)
            for (size_t b = 0; b < blocks; b++) {
                const size_t i0 = b * height, i1 = i0 + height < N ? i0 + height : N;
                if (M) block(cpu, &g, i0, i1, T, M + done * cpu->n);
            }
        }
    }
}

static void evaluate(mct_cpu *cpu, size_t first, size_t count, const double *F, const double *G, bool keep, double *M) {
    run(cpu, first, count, F, G, keep, false, M);
}

static void derivative(mct_cpu *cpu, size_t first, size_t count, const double *d, double *dM) {
    run(cpu, first, count, d, d, false, true, dM);
}

/* One point: z[(j, l)] = sum_i l(q_i) G[i][(j, l)] for all components, then X_bar_j = sum_l z Y_l, Y_bar_l = sum_j X_j z. */
static void point_adjoint(mct_cpu *cpu, double *scratch, size_t point, const double *l, double *w) {
    const size_t N = cpu->N, mm = cpu->mm, size = cpu->image_size, height = block_of(N);
    const double *rows = rows_of(cpu, cpu->image_kept, point);
    const mct_blas *const blas = cpu->tables->blas;
    double *z1 = scratch, *z2 = z1 + mm * height * N, *bar = z2 + mm * height * N, *scaled = bar + 4 * mm * N;
    memset(bar, 0, 4 * mm * N * sizeof *bar);
    for (size_t c = 0; c < mm; c++) {
        for (size_t i = 0; i < N; i++) scaled[c * N + i] = cpu->prefactor[point * mm + c] * l[c * N + i];
    }
    for (size_t j0 = 0; j0 < N; j0 += height) {
        const size_t j1 = j0 + height < N ? j0 + height : N, columns = (j1 - j0) * N;
        double *const z[2] = {z1, z2};
        for (int g = 0; g < 2; g++) {
            const double *G = cpu->tables->weight + (size_t)g * N * N * N + j0 * N;
            blas->dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)mm, (int)columns, (int)N, 1.0, scaled, (int)N,
                        G, (int)(N * N), 0.0, z[g], (int)columns);
        }
        for (size_t c = 0; c < mm; c++) {
            const mct_term term = mct_cpu_terms(cpu, point)[c];
            const size_t left[2] = {term.x, term.u}, right[2] = {term.y, term.v};
            for (int g = 0; g < 2; g++) {
                for (size_t j = j0; j < j1; j++) {
                    const double *row = z[g] + c * columns + (j - j0) * N;
                    bar[left[g] * N + j] += blas->ddot((int)N, row, 1, rows + right[g] * size, 1);
                    blas->daxpy((int)N, rows[left[g] * size + j], row, 1, bar + right[g] * N, 1);
                }
            }
        }
    }
    mct_functions_adjoint(cpu, point, bar, w);
}

static void adjoint(mct_cpu *cpu, size_t first, size_t count, const double *l, double *w) {
    const int threads = cpu->shape.threads;
#pragma omp parallel for schedule(static) num_threads(threads) if (threads > 1 && count > 1)
    for (size_t p = 0; p < count; p++) {
        const size_t thread = threads > 1 && count > 1 ? (size_t)omp_get_thread_num() : 0;
        point_adjoint(cpu, cpu->scratch + thread * cpu->scratch_size, first + p, l + p * cpu->n, w + p * cpu->n);
    }
}

const mct_algorithm mct_algorithm_direct = {
    .name = "direct",
    .create = create,
    .destroy = destroy,
    .table_size = table_size,
    .image_size = image_size,
    .scratch_size = scratch_size,
    .shared_size = shared_size,
    .evaluate = evaluate,
    .derivative = derivative,
    .adjoint = adjoint,
};
