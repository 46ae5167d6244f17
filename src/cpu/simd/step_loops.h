/* step_loops.h: the inner loops of the evolution in time.
 *
 * A point is cut into blocks of MCT_LANES wave numbers; all that belongs to a block, over all times, lies together:
 * arrays [time][component][lane] at the places that mct_step_layout names.  The last block is filled up with copies of the
 * last wave number.  Rows are [component][N], as everywhere else.  Every function works on the blocks first ... last - 1 of
 * the point at `base`. */
#ifndef MCT_STEP_LOOPS_H
#define MCT_STEP_LOOPS_H

#include "backend_evolution.h"
#include "loops.h"

enum {
    MCT_TILE = 4,  /* coming steps that the finished history is applied to at once */
    MCT_PAIRS = 32 /* products of a step that go by themselves, at most */
};

/* Doubles from the start of a block to each array; [count] as there, times m*m*MCT_LANES. */
typedef struct mct_step_layout {
    size_t m, N, stride;                     /* stride: from one block to the next */
    size_t F, M;                             /* [n + 1]: Phi and m = M W^-1 at the grid points */
    size_t moment_F, moment_M;               /* [n/2][D]: of cell j at j - 1, or [n/4][D]: of two cells each */
    size_t weight_F, weight_M;               /* [n/2 + 1]: of the values at distance k from t, far from the cut */
    size_t tail_F, tail_M;                   /* [slots][D]: the weights next to a cut after J cells (mct_tails) */
    size_t ahead;                            /* [MCT_TILE]: the finished history in the coming steps */
    size_t Gamma, S, W_inverse, norm;        /* norm: 1/sqrt(S_mm S_nn), 0 in the lanes that fill up */
    size_t A_inverse, right;                 /* of a block of steps: A^-1, W^-1 (S - W_F0) */
    size_t offset, g, residual, kernel;      /* A^-1 C; of the last iterate x g(x), g(x) - x and M[x] */
    size_t dg[MCT_SECANTS], dr[MCT_SECANTS]; /* secants: differences of g, of residuals */
    size_t dM[MCT_SECANTS];                  /* and of M */
} mct_step_layout;

#define MCT_STEP_NOWHERE ((size_t)-1) /* the place of no array */

/* Where the weights next to a cut after J cells are kept, [n/2 + 1]; -1: no step of the block has that cut. */
typedef struct mct_tails {
    const int *of_F, *of_M;
} mct_tails;

/* What the moments of a block of steps are of. */
typedef enum mct_cells {
    MCT_CELLS,      /* of one cell each */
    MCT_CELLS_PAIRS /* of two, as the next block of steps has them */
} mct_cells;

/* Products of the arrays at pair[.][0] and pair[.][1], summed. */
typedef struct mct_step_products {
    size_t count, pair[MCT_PAIRS][2];
} mct_step_products;

/* What a pass over a new residual finds. */
typedef struct mct_step_update {
    int pair;                                                 /* where the new secant goes; -1: none */
    double largest;                                           /* max norm |r|; NaN if any is */
    double with_residual[MCT_SECANTS], with_new[MCT_SECANTS]; /* <dr_j, r>, <dr_j, dr_new> */
} mct_step_update;

struct mct_step_loops {
    /* array at `to` from rows; lanes that fill up get `fill` times the last wave number's */
    void (*load)(const mct_step_layout *a, size_t first, size_t last, double *base, size_t to, const double *rows,
                 double fill);
    /* A = shift + Gamma + weight_M[0] -> A_inverse, right */
    void (*prepare)(const mct_step_layout *a, size_t first, size_t last, double *base, double shift);
    /* weights and tails from the moments of `cells` cells */
    void (*weights)(const mct_step_layout *a, size_t first, size_t last, double *base, const mct_scheme *scheme,
                    size_t cells, const mct_tails *tails);
    /* ahead[t] = sum over l = low[0] ... i-1 of weight_M[i+t-l] F[l] + sum over l = low[1] ... of M[l] weight_F[i+t-l]
     * + the products of edge[t] */
    void (*ahead)(const mct_step_layout *a, size_t first, size_t last, double *base, size_t count, size_t i,
                  const size_t low[2], const mct_step_products *edge);
    /* C = ahead[t] + the products + sum coefficient F[at]; offset = A^-1 C */
    void (*history)(const mct_step_layout *a, size_t first, size_t last, double *base, size_t t,
                    const mct_step_products *near, size_t terms, const double *coefficient, const size_t *at);
    /* sum of the arrays at `at` times coefficients: into the array at `to` unless that is MCT_STEP_NOWHERE, and into
     * rows unless they are NULL */
    void (*combine)(const mct_step_layout *a, size_t first, size_t last, double *base, size_t terms,
                    const double *coefficient, const size_t *at, size_t to, double *rows);
    /* g = A^-1 (M right) - offset, residual = g - x, secant, norms; x and M as rows */
    void (*update)(const mct_step_layout *a, size_t first, size_t last, double *base, const double *x, const double *M,
                   mct_step_update *update);
    /* F[i] = g + sum coefficient dg, M[i] = (M + sum coefficient dM) W^-1, the row; returns max Phi_mm/S_mm */
    double (*commit)(const mct_step_layout *a, size_t first, size_t last, double *base, size_t i,
                     const double coefficient[MCT_SECANTS], double *row);
    /* max norm |F[i] - F[j]| */
    double (*change)(const mct_step_layout *a, size_t first, size_t last, const double *base, size_t i, size_t j);
    /* moments of the cells n/2 + 1 ... n */
    void (*moments)(const mct_step_layout *a, size_t first, size_t last, double *base, const mct_scheme *scheme,
                    size_t n);
    /* from n cells and grid points to n/2 of twice the length: moments of the earlier half from those that are there, of
     * the later half from the grid points; weights and tails; of the new moments those of `to` are kept */
    void (*thin)(const mct_step_layout *a, size_t first, size_t last, double *base, const mct_scheme *scheme, size_t n,
                 mct_cells from, mct_cells to, const mct_tails *tails);
};

#endif
