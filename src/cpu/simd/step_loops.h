/* step_loops.h: the inner loops of the evolution in time.
 *
 * A point is cut into blocks of MCT_LANES wave numbers.  Its history over all times lies together block by block, and behind
 * it what each evaluation of the memory kernel reads and writes, again block by block: so that it streams, and stays in a
 * cache that the histories of large N leave.  Both are arrays [time][component][lane] at the places that mct_step_layout
 * names.  The last block is filled up with copies of the last wave number.  Rows are [component][N], as everywhere else.
 * Every function works on the blocks first ... last - 1 of the point at `base`. */
#ifndef MCT_STEP_LOOPS_H
#define MCT_STEP_LOOPS_H

#include "backend/backend_evolution.h"
#include "cpu/simd/loops.h"

enum {
    MCT_TILE = 4,   /* coming steps that share a cut, and each value that is read */
    MCT_AHEAD = 16, /* coming steps, of several tiles, that the finished history is applied to at once, at most */
    MCT_PAIRS = 32, /* products of a step that go by themselves, at most */
    MCT_NODES = 8   /* values that an interpolated one is made of */
};

/* Doubles from the start of a block to each array; [count] as there, times m*m*MCT_LANES. */
typedef struct mct_step_layout {
    size_t m, N;
    size_t stride;                    /* of the history, from one block to the next */
    size_t F, M;                      /* [n + 1]: Phi and m = M W^-1 at the grid points */
    size_t moment_F, moment_M;        /* [n/2][D]: of cell j at j - 1, or [n/4][D]: of two cells each */
    size_t weight_F, weight_M;        /* [n/2 + 1]: of the values at distance k from t, far from the cut */
    size_t tail_F, tail_M;            /* [slots][D]: the weights next to a cut after J cells (mct_tails) */
    size_t step, pace, plane;         /* to the arrays of a step, from block to block, from array to array of these */
    size_t total;                     /* of a point */
    size_t recent_F, recent_M;        /* [MCT_AHEAD]: the last values, at mct_recent_slot */
    size_t near_F, near_M;            /* [MCT_AHEAD - 1]: the weights of distances 1, 2, ... */
    size_t ahead;                     /* [MCT_AHEAD]: the finished history in the coming steps */
    size_t tile;                      /* [MCT_TILE]: and all that is known when their tile begins */
    size_t Gamma, S, W_inverse, norm; /* norm: 1/sqrt(S_mm S_nn), 0 in the lanes that fill up */
    size_t A_inverse, right;          /* of a block of steps: A^-1, W^-1 (S - W_F0) */
    size_t offset;                    /* A^-1 C */
    size_t residual;                  /* of the last iterate x: A^-1 (M[x] right) - offset - x */
    size_t dr[MCT_SECANTS], dM[MCT_SECANTS]; /* secants: differences of residuals and of M */
} mct_step_layout;

#define MCT_STEP_NOWHERE ((size_t)-1) /* the place of no array */

/* Where the value i of a block of n steps is kept while it is recent: the first new one in the first place. */
static inline size_t mct_recent_slot(size_t n, size_t i) {
    return (i + MCT_AHEAD - (n / 2 + 1) % MCT_AHEAD) % MCT_AHEAD;
}

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

/* What the known values before i add to the `count` steps i + from ... of a tile, into the arrays at `to`. */
typedef struct mct_step_tile {
    size_t from, count, to;
    size_t low[2];                 /* the first values of F, of M */
    const mct_step_products *edge; /* [count]: products next to the cut */
} mct_step_tile;

/* What the `values` recent values from `slot` on add to the `count` steps of the next tile: to = from + their products. */
typedef struct mct_step_catch_up {
    size_t slot, values, count, from, to;
} mct_step_catch_up;

/* What a step adds to `known`, the array of a step with what was known when its tile began: products with the recent
 * values, and the derivative's share of them. */
typedef struct mct_step_recent {
    size_t known, products, terms;
    struct {
        size_t value, weight;            /* array of a step; the same, or, of a tail, of the history */
        bool weight_is_tail, from_right; /* the weight stands right of the value */
    } product[2 * (MCT_TILE - 1)];
    double coefficient[MCT_BDF_MAX];
    size_t at[MCT_BDF_MAX]; /* arrays of a step */
} mct_step_recent;

/* What a pass over a new residual finds. */
typedef struct mct_step_update {
    int pair;                                                 /* where the new secant goes, if there is an M before */
    double largest;                                           /* max norm |r|; NaN if any is */
    double with_residual[MCT_SECANTS], with_new[MCT_SECANTS]; /* <dr_j, r>, <dr_j, dr_new> */
} mct_step_update;

struct mct_step_loops {
    /* the array at `to`, `stride` from block to block, from rows; lanes that fill up get `fill` times the last wave number's */
    void (*load)(const mct_step_layout *a, size_t first, size_t last, double *to, size_t stride, const double *rows,
                 double fill);
    /* A = shift + Gamma + weight_M[0] -> A_inverse, right; `near` weights; in a block of n steps the values up to
     * i that a guess is made of, and all from `begin` on */
    void (*prepare)(const mct_step_layout *a, size_t first, size_t last, double *base, double shift, size_t near,
                    size_t n, size_t begin, size_t i);
    /* weights and tails from the moments of `cells` cells */
    void (*weights)(const mct_step_layout *a, size_t first, size_t last, double *base, const mct_scheme *scheme,
                    size_t cells, const mct_tails *tails);
    /* to[t] = sum over l = low[0] ... i-1 of weight_M[i+from+t-l] F[l] + sum over l = low[1] ... of
     * M[l] weight_F[i+from+t-l] + the products of edge[t], for each of the tiles */
    void (*ahead)(const mct_step_layout *a, size_t first, size_t last, double *base, size_t i, size_t tiles,
                  const mct_step_tile *tile);
    void (*catch_up)(const mct_step_layout *a, size_t first, size_t last, double *base,
                     const mct_step_catch_up *catch_up);
    /* C = known + the products + sum coefficient F; offset = A^-1 C */
    void (*history)(const mct_step_layout *a, size_t first, size_t last, double *base, const mct_step_recent *recent);
    /* sum of the arrays at `at` times coefficients: into the array at `to` unless that is MCT_STEP_NOWHERE, and into
     * rows unless they are NULL; `stride` from block to block of all of them */
    void (*combine)(const mct_step_layout *a, size_t first, size_t last, double *base, size_t stride, size_t terms,
                    const double *coefficient, const size_t *at, size_t to, double *rows);
    /* residual = A^-1 (M right) - offset - x, norms, and the secant to the iterate whose M was `before`; all these are rows */
    void (*update)(const mct_step_layout *a, size_t first, size_t last, double *base, const double *x, const double *M,
                   const double *before, mct_step_update *update);
    /* F = A^-1 (M right) - offset with M (rows) improved by coefficient dM, unless coefficient is NULL: the row; F and m = M W^-1 to
     * the recent values, unless slot is MCT_STEP_NOWHERE.  Returns max Phi_mm/S_mm, NaN if anything is not finite. */
    double (*respond)(const mct_step_layout *a, size_t first, size_t last, double *base, size_t slot, const double *M,
                      const double *coefficient, double *row);
    /* to[r] += factor[r] sum_a weight[a][r] value[a], r < count; `pitch` from a to a */
    void (*interpolate)(size_t count, size_t pitch, const double *weight, const double *value, const double *factor,
                        double *to);
    /* F[i], M[i], i = from ... to, of the history from the recent values */
    void (*keep)(const mct_step_layout *a, size_t first, size_t last, double *base, size_t n, size_t from, size_t to);
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
