/* cpu.h: the state of the CPU backend and the pieces that its files share.
 *
 *   functions.c   from F to the functions X, Y, U, V of one wave number, and back (adjoint)
 *   direct.c      M by precomputed weights
 *   increments.c  M by increments over q; where the correlations come from is one of
 *   factorized.c    O(N^2) sums,
 *   fourier.c       fast Fourier transforms
 *   glass.c       the fixed point; vector.c its norms; loops.c + simd/ the inner loops */
#ifndef MCT_CPU_H
#define MCT_CPU_H

#include "backend/automatic.h"
#include "backend/backend.h"
#include "base/memory.h"
#include "base/parts.h"
#include "cpu/simd/loops.h"

/* Component mu nu of M is the bilinear sum of four functions: which ones, as indices into the point's functions. */
typedef struct mct_term {
    size_t x, y, u, v;
} mct_term;

typedef struct mct_cpu mct_cpu;
typedef struct mct_tables mct_tables;

/* How M is computed: one row per algorithm. */
typedef struct mct_algorithm {
    const char *name;
    mct_status (*create)(mct_context *context, const mct_grid *grid, mct_tables *tables);
    void (*destroy)(mct_tables *tables);
    /* doubles: of the tables; of the image of one function; of the scratch of one thread; of what threads share */
    size_t (*table_size)(const mct_grid *grid);
    size_t (*image_size)(const mct_grid *grid);
    size_t (*scratch_size)(const mct_grid *grid, size_t species, size_t points);
    size_t (*shared_size)(const mct_grid *grid, size_t species, size_t points); /* NULL: none */
    /* the operations of backend.h; `keep`: the images of F stay for derivative and adjoint; M may be NULL */
    void (*evaluate)(mct_cpu *cpu, size_t first, size_t count, const double *F, const double *G, bool keep, double *M);
    void (*derivative)(mct_cpu *cpu, size_t first, size_t count, const double *d, double *dM);
    void (*adjoint)(mct_cpu *cpu, size_t first, size_t count, const double *l, double *w);
    /* increments.c only, for up to `together` functions or components at once:
     * functions -> images; images -> M (of `pairs` bilinear terms, added up); images <- adjoint increments; adjoint of load */
    size_t (*together)(const mct_cpu *cpu, size_t *components);
    void (*load)(const mct_cpu *cpu, size_t count, const double *const *X, double *scratch, double *const *image);
    void (*correlate)(const mct_cpu *cpu, size_t count, size_t pairs, const double *const (*image)[2][4],
                      const double *prefactor, double *scratch, double *const *M);
    void (*correlate_adjoint)(const mct_cpu *cpu, size_t count, const double *const (*increment)[4],
                              const double *const (*image)[4], double *scratch, double *const (*out)[4]);
    void (*unload)(const mct_cpu *cpu, size_t count, const double *const *image, double *scratch, double *const *X);
} mct_algorithm;

extern const mct_algorithm mct_algorithm_direct, mct_algorithm_factorized, mct_algorithm_fourier;

/* Geometry: depends on the grid alone; counted references, shared by all states of a solver. */
struct mct_tables {
    int references;
    mct_grid grid;
    const mct_algorithm *algorithm;
    double *k;                   /* [N], then zeros up to two whole vectors */
    double *weight;              /* direct: [2][i][j][l], see direct.c; else NULL */
    const struct mct_blas *blas; /* direct; else NULL */
    double balance, scale;       /* e = balance k^2 X; the increments come times scale; 1 but for fourier */
    size_t length;               /* fourier: the period of the transforms */
    mct_transform transform;     /* fourier */
    double *factors;             /* fourier: what its tables point to */
};

struct mct_cpu {
    mct_shape shape;
    size_t N, m, mm, n; /* n = m*m*N: doubles of one point's matrix */
    size_t lags;        /* increments needed: N, or N + 2 with corrected quadrature */
    const mct_loops *loops;
    const mct_algorithm *algorithm;
    mct_tables *tables;
    size_t functions_together, components_together;
    size_t functions_max; /* functions per point, largest of the two paths */
    mct_term *terms[2];   /* [general, rank one][m*m] */
    size_t functions[2];  /* their number per path */
    /* state of the points: */
    bool *rank_one;                    /* [points] */
    double *prefactor;                 /* [points][mm]: rho D_mu D_nu / sqrt(x_mu x_nu), without the root if rank one */
    double *root_fraction;             /* [points][m]: sqrt(x) */
    double *pair_root;                 /* [points][mm]: sqrt(x_mu x_nu) */
    double *C;                         /* [points][mm][N]: sqrt(x_mu x_nu) c_mn; rank one: c(k) in the first row */
    double *S, *S_inverse, *W_inverse; /* [points][mm][N] */
    double *weight;                    /* [points][mm][N]: 1/sqrt(S_mm S_nn) */
    double *left, *right;              /* [points][mm][N]: H W^-1, W^-1 H of the last glass_linearise */
    /* work: */
    size_t image_size, scratch_size;
    double *image_kept;    /* [points][functions_max][image_size]: of F, from linearise */
    double *image;         /* [threads][functions_max][image_size] */
    double *adjoint_image; /* [threads][functions_max][image_size] */
    double *scratch;       /* [threads][scratch_size] */
    double *shared;        /* [shared_size] */
    double *part;          /* [mct_parts(n)]: of a sum */
};

/* functions.c ------------------------------------------------------------------------------------------------- */

/* Fills cpu->terms and cpu->functions.  Errors: MCT_MEMORY. */
mct_status mct_functions_create(mct_context *context, mct_cpu *cpu);
void mct_functions_destroy(mct_cpu *cpu);
/* Function number f of `point`, in X [N] or, where it is one of them, in G; x and u kinds from F, y and v kinds from G.
 * scratch: [m][N]. */
const double *mct_function_compute(const mct_cpu *cpu, size_t point, size_t f, const double *F, const double *G,
                                   double *scratch, double *X);
/* Adjoint: F_bar [mm][N] from the adjoint functions X_bar [functions][N]. */
void mct_functions_adjoint(const mct_cpu *cpu, size_t point, const double *X_bar, double *F_bar);

static inline const mct_term *mct_cpu_terms(const mct_cpu *cpu, size_t point) {
    return cpu->terms[cpu->rank_one[point]];
}
static inline size_t mct_cpu_functions(const mct_cpu *cpu, size_t point) {
    return cpu->functions[cpu->rank_one[point]];
}

/* increments.c ------------------------------------------------------------------------------------------------ */
void mct_increments_evaluate(mct_cpu *cpu, size_t first, size_t count, const double *F, const double *G, bool keep,
                             double *M);
/* M[F, G] of one point in the work space of one thread: for callers that are threads themselves. */
void mct_increments_point(const mct_cpu *cpu, int thread, size_t point, const double *F, const double *G, double *M);
void mct_increments_derivative(mct_cpu *cpu, size_t first, size_t count, const double *d, double *dM);
void mct_increments_adjoint(mct_cpu *cpu, size_t first, size_t count, const double *l, double *w);
/* No algorithm treats more functions or components at once. */
enum { MCT_FUNCTIONS_TOGETHER = MCT_LANES / 2, MCT_COMPONENTS_TOGETHER = MCT_FUNCTIONS_TOGETHER / 2 };
/* Doubles of scratch that increments.c itself uses, before those of the algorithm. */
size_t mct_increments_scratch(const mct_grid *grid, size_t species);

/* glass.c, vector.c: rows of the backend table ---------------------------------------------------------------- */
void mct_cpu_glass_map(void *state, size_t first, size_t count, const double *M, double *G);
void mct_cpu_glass_linearise(void *state, size_t first, size_t count, const double *G);
void mct_cpu_glass_derivative(void *state, size_t first, size_t count, const double *dM, double *dG);
void mct_cpu_glass_adjoint(void *state, size_t first, size_t count, const double *l, double *w);
void mct_cpu_glass_sensitivity(void *state, size_t first, size_t count, const double *M, const double *G, double *out);
void mct_cpu_dot(void *state, size_t first, size_t count, const double *x, const double *y, double *out);
void mct_cpu_max_norm(void *state, size_t first, size_t count, const double *x, double *out);
void mct_cpu_weigh(void *state, size_t first, size_t count, int inverse, double *x);
void mct_cpu_axpby(void *state, size_t first, size_t count, const double *a, const double *x, const double *b,
                   double *y);

/* Aligned memory, zeroed, or (work) not: pages that nobody writes to are never had; NULL if there is none. --------- */
double *mct_cpu_allocate(size_t count);
double *mct_cpu_allocate_work(size_t count);
void mct_cpu_release(double *array);

/* Threads that share what is done for `count` points: several for few and large ones, as with the memory kernel. */
static inline int mct_cpu_team(const mct_cpu *cpu, size_t count) {
    return count < (size_t)cpu->shape.threads && cpu->n >= MCT_AUTO_TEAM_VECTORS ? cpu->shape.threads : 1;
}

/* Doubles rounded up to a cache line. */
static inline size_t mct_pad(size_t count) {
    return (count + 7) & ~(size_t)7;
}

/* Its evolution in time: cpu/evolution/evolution.c. */
extern const mct_evolution_operations mct_evolution_cpu;

#endif
