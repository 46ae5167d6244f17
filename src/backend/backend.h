/* backend.h: the table of operations that a backend fills; algorithms (glass, critical, ...) know nothing else.
 *
 * A `state` belongs to one backend and holds a batch of state points of one grid and one number of species: their
 * statics, the geometry of the memory kernel (shared between states), work space.  Arrays x, F, M, ... live in the
 * backend's memory, shape [count][m*m][N] for the points first ... first + count - 1, component c = mu*m + nu.
 * Operations are batch-first, allocate nothing, and cannot fail: a bad value is that point's bad value.
 * docs/adding-a-backend.md tells how to add one. */
#ifndef MCT_BACKEND_TABLE_H
#define MCT_BACKEND_TABLE_H

#include "apmct/backend.h"
#include "apmct/kernel.h"
#include "backend/backend_evolution.h"

/* What a state is made for. */
typedef struct mct_shape {
    mct_grid grid;
    size_t species;                 /* m */
    size_t points;                  /* capacity of the batch */
    mct_kernel_algorithm algorithm; /* not auto */
    mct_kernel_path path;
    int threads; /* that one operation may use */
} mct_shape;

typedef struct mct_backend {
    const char *name;
    bool host_memory; /* its arrays are ordinary memory */

    /* MCT_OK, or MCT_BACKEND with the reason why nothing can run here. */
    mct_status (*available)(mct_context *context);
    void (*describe)(mct_context *context, char *text, size_t size);
    /* Tells about the first `count` devices; returns how many there are.  NULL: none but the host. */
    size_t (*devices)(size_t count, mct_device *devices);

    /* The algorithm that is fastest for this shape (shape->algorithm is ignored), from measured crossovers. */
    mct_kernel_algorithm (*choose)(const mct_shape *shape);
    /* Bytes that `create` takes, and bytes that this machine has for it. */
    size_t (*memory_needed)(const mct_shape *shape);
    size_t (*memory_available)(void);

    /* share: a state of the same grid and algorithm whose geometry is used too, or NULL. */
    mct_status (*create)(mct_context *context, const mct_shape *shape, void *share, void **state);
    void (*destroy)(void *state);
    /* Operations cannot fail, a device can: MCT_BACKEND with what went wrong since `create`.  NULL: never. */
    mct_status (*check)(mct_context *context, void *state);
    mct_status (*set_statics)(mct_context *context, void *state, size_t point, const mct_statics *statics);

    /* Arrays in the backend's memory; NULL if there is none left. */
    double *(*allocate)(size_t count); /* not zeroed */
    void (*release)(double *array);
    void (*upload)(double *to, const double *from, size_t count);
    void (*download)(double *to, const double *from, size_t count);

    /* Memory kernel (kernel.h): M = M[F, G]; linearise keeps the images of F; dM = M[F, d] + M[d, F]; adjoint. */
    void (*apply)(void *state, size_t first, size_t count, const double *F, const double *G, double *M);
    void (*linearise)(void *state, size_t first, size_t count, const double *F, double *M);
    void (*derivative)(void *state, size_t first, size_t count, const double *d, double *dM);
    void (*adjoint)(void *state, size_t first, size_t count, const double *l, double *w);

    /* Glass: G = S - (W S^-1 + M W^-1)^-1 W; with H = S - G kept by glass_linearise,
     * dG = H W^-1 dM W^-1 H and its adjoint w = (H W^-1)^T l (W^-1 H)^T. */
    void (*glass_map)(void *state, size_t first, size_t count, const double *M, double *G);
    void (*glass_linearise)(void *state, size_t first, size_t count, const double *G);
    void (*glass_derivative)(void *state, size_t first, size_t count, const double *dM, double *dG);
    void (*glass_adjoint)(void *state, size_t first, size_t count, const double *l, double *w);

    /* What relative errors of M and of S^-1 do to G at most, in the weight below, after glass_linearise:
     * |H W^-1| |M| |W^-1 H| + |H| |S^-1| |G|/2.  Times the rounding of M this is
     * the residual that can be reached. */
    void (*glass_sensitivity)(void *state, size_t first, size_t count, const double *M, const double *G, double *out);

    /* Vectors; the weight is 1/sqrt(S_mm S_nn), so that norms are those of f.  out, a: [count], on the host. */
    void (*dot)(void *state, size_t first, size_t count, const double *x, const double *y, double *out);
    void (*max_norm)(void *state, size_t first, size_t count, const double *x, double *out); /* NaN if any is */
    /* x to f-like units and back, in place: x *= weight, or x /= weight where inverse != 0 */
    void (*weigh)(void *state, size_t first, size_t count, int inverse, double *x);
    /* y = a x + b y; where b is 0 y is overwritten whatever it held */
    void (*axpby)(void *state, size_t first, size_t count, const double *a, const double *x, const double *b,
                  double *y);

    /* For the benchmark, what bounds everything else, and waits: to = from; C = A B, [n][n].  NULL: not measured. */
    void (*copy)(size_t count, const double *from, double *to);
    mct_status (*multiply)(mct_context *context, int n, const double *A, const double *B, double *C);

    const mct_evolution_operations *evolution; /* backend_evolution.h; NULL: none */
} mct_backend;

/* The backend that a name stands for; "auto": for this much work (mct_backend_resolve).  Errors: MCT_BACKEND with the
 * reason. */
mct_status mct_backend_find(mct_context *context, const char *name, size_t work, const mct_backend **backend);

extern const mct_backend mct_backend_cpu;

/* What `check` says; MCT_OK without it. */
mct_status mct_backend_check(const mct_backend *backend, mct_context *context, void *state);
/* What a lack of its memory is: MCT_MEMORY of the host's, MCT_BACKEND of a device's. */
mct_status mct_backend_exhausted(const mct_backend *backend);

/* A kernel (kernel.h) is a state of a backend with its shape. */
struct mct_kernel {
    mct_context *context;
    const mct_backend *backend;
    void *state;
    mct_shape shape;
    unsigned long evaluations;
};

/* mct_kernel_create with the number of threads given and, if share != NULL, the geometry of another kernel. */
mct_status mct_kernel_create_shared(mct_context *context, const mct_grid *grid, size_t species, size_t points,
                                    const mct_solver_options *options, int threads, mct_kernel *share,
                                    mct_kernel **kernel);

#endif
