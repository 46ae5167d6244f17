/* backend_evolution.h: the operations of the evolution in time that a backend fills (evolution.h, docs/theory.md).
 *
 * An `evolution` belongs to one backend and holds, for a batch of state points, the history of Phi and m = M W^-1 and a
 * clock per point that lives where the work is done: step size, index and coefficients are read and advanced there.  The
 * operations are enqueued; nothing in a step waits for the host.  Points that do not run are passed over, and so are
 * points in the middle of a block by `decimate`.  The host looks once per window of steps. */
#ifndef MCT_BACKEND_EVOLUTION_H
#define MCT_BACKEND_EVOLUTION_H

#include <stdbool.h>

#include "apmct/context.h"
#include "backend/scheme.h"

enum {
    MCT_SECANTS = 4, /* pairs of Anderson's acceleration, kept from step to step */
    /* Blocks in a row that make a plateau: with a change of no more than shape.plateau, a decade and more; or, close to the
     * transition, where the error of the iteration is amplified beyond that, with a change that no longer falls and is
     * below MCT_STEADY, where the Phi of a fluid stays so long only at |eps| < 1e-11. */
    MCT_BLOCKS_QUIET = 4,
    MCT_BLOCKS_STEADY = 8
};
#define MCT_STEADY            1e-6
/* No block counts as quiet or steady before t = MCT_MOTION_SEEN x (the change that counts as none) x (the slowest
 * short-time relaxation time of all wave numbers).  While t << 1/Gamma, a free correlator changes by Gamma t/2 per
 * block: at early times that is small although nothing has relaxed yet.  With 1e3, the slowest free correlator changes
 * 500 times more than a plateau may.  A larger number would delay deep glasses, whose correlators reach their plateau
 * long before 1/Gamma. */
#define MCT_MOTION_SEEN       1e3
/* The values of a step, Phi and M, are those of its last evaluation, improved by the secants.  They are taken where the
 * residual is within the tolerance already, or where the improvement is foreseen to bring it within this part of it.  What
 * the secants do to a residual is seen where a step is evaluated again, once in a block of steps at least: the largest
 * factor, of which every factor that is seen later leaves this much; but no less than the last one. */
#define MCT_FORESEEN          0.2
#define MCT_REMEMBER          0.9
#define MCT_CONTRACTION_LEAST 3e-3
/* All Phi_mm/S_mm below this: the final decay, where the resolution doubles instead of the step. */
#define MCT_FINAL_DECAY       0.1
/* They were below this when the block of steps began: it may do so at its end.  (A function that decays from 1 ever more
 * slowly, Phi(2t) >= Phi(t)^2, does not get there from above.)  Else the moments of single cells need not be kept. */
#define MCT_NEAR_DECAY        0.4

/* Where a point stands; plain data, copied as it is. */
typedef struct mct_clock {
    mct_evolution_state state;
    unsigned doublings, quiet, steady; /* of n so far; blocks in a row without change, and since it was least */
    size_t n, i;                       /* steps of the present block; the last finished one */
    double step, time;                 /* h; i h */
    double plateau_from;               /* no plateau before this time: MCT_MOTION_SEEN */
    double least;                      /* change of a block */
    double largest, residual;          /* max Phi_mm/S_mm of the last row; residual of the last evaluation */
    double contraction;  /* MCT_FORESEEN; not > 0: not seen yet in this block of steps, -1 times the one before */
    double opened;       /* `largest` when the present block began; 0: the first */
    size_t worst;        /* wave-number index of a failed step */
    unsigned iterations; /* of the present step */
    unsigned long steps, blocks, evaluations;
    unsigned pairs, next; /* secants held; where the next goes */
    double gram[MCT_SECANTS][MCT_SECANTS];
    double coefficient[MCT_SECANTS]; /* of the secants in the next iterate, or in the values of the step */
    size_t rows;                     /* in the window, since the last look */
} mct_clock;

/* The memory kernel of something else than a state of the backend, for tests on models with an exact solution:
 * M [m*m][N] = B[F, G], plus L[F] where `linear`. */
typedef void (*mct_evolution_kernel)(void *user, size_t point, const double *F, const double *G, bool linear,
                                     double *M);

typedef struct mct_evolution_shape {
    size_t N, species, points, steps_per_block, window; /* window: rows kept between two looks, n/2 + 1 at least */
    unsigned doublings, iterations_max;
    int threads;
    double tolerance, until, decayed, plateau;
    size_t displacements;   /* mean-squared displacements that are followed */
    size_t observed_count;  /* wave numbers that rows consist of; 0: all */
    const size_t *observed; /* [observed_count], ascending, borrowed */
    mct_scheme scheme;
    mct_evolution_kernel custom; /* NULL: the kernel of the state */
    void *custom_user;
} mct_evolution_shape;

/* Wave numbers of a row, doubles of a row. */
static inline size_t mct_evolution_observed(const mct_evolution_shape *shape) {
    return shape->observed_count ? shape->observed_count : shape->N;
}
static inline size_t mct_evolution_row(const mct_evolution_shape *shape) {
    return shape->species * shape->species * mct_evolution_observed(shape);
}

/* What a point is made of, [m*m][N] on the host. */
typedef struct mct_evolution_matrices {
    const double *S, *Gamma, *W_inverse;
    /* Of displacement d: dr2' + int m0(t-u) dr2'(u) du = source[d], m0[F, G] = sum over k of (u^T F u) G_ss with
     * s = species[d] and u = coupling [d][m][N]; NULL without displacements. */
    const size_t *species;
    const double *coupling, *source;
} mct_evolution_matrices;

typedef struct mct_evolution_operations {
    size_t (*memory_needed)(const mct_evolution_shape *shape);
    /* kernel_state: of the backend's table, borrowed; NULL with shape->custom. */
    mct_status (*create)(mct_context *context, const mct_evolution_shape *shape, void *kernel_state, void **evolution);
    void (*destroy)(void *evolution);
    /* A point at t = 0: its first step h to be, and the clock's plateau_from. */
    void (*set)(void *evolution, size_t point, const mct_evolution_matrices *matrices, double step,
                double plateau_from);

    /* Taylor series up to the middle of the first block; yields n/2 + 1 rows. */
    void (*start)(void *evolution);
    /* One step: the first guess; what the known history adds; { memory kernel, update, check } until each point has
     * converged or failed; the new values and a row; at the end of a block the next one. */
    void (*predict)(void *evolution);
    void (*history)(void *evolution);
    void (*iterate)(void *evolution);
    void (*commit)(void *evolution);
    void (*decimate)(void *evolution);
    /* The five, `steps` times in this order; NULL: no better than one after the other. */
    void (*advance)(void *evolution, size_t steps);

    /* Clocks [points], and for each point its rows since the last look: times[point][window],
     * phi[point][window][m*m][wave numbers of a row] in memory of the host, valid until the next operation. */
    void (*look)(void *evolution, mct_clock *clocks, const double **times, const double **phi);
    /* Phi of the last finished step of a point, [m*m][N] on the host. */
    void (*last)(void *evolution, size_t point, double *phi);

    /* After look: the displacements of the same rows, [point][window][displacements]; NULL: a backend without. */
    const double *(*displacement)(void *evolution);

    /* One point to and from a flat array of `size` bytes, which depends on its clock. */
    size_t (*state_size)(void *evolution, const mct_clock *clock);
    void (*save)(void *evolution, size_t point, void *to);
    void (*restore)(void *evolution, size_t point, const void *from);
} mct_evolution_operations;

#endif
