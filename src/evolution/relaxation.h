/* relaxation.h: relaxation times from rows as they come. */
#ifndef MCT_RELAXATION_H
#define MCT_RELAXATION_H

#include "apmct/evolution.h"

enum {
    MCT_RELAXATION_NODES = 6,  /* rows kept */
    MCT_RELAXATION_LADDER = 90 /* levels */
};

/* First times at which each Phi_mm/S_mm falls to 1/e and 0.1, or to each of a ladder of levels from 0.98 to 1e-3, interpolated
 * through the rows on both sides: what is left of a decay when its rows are gone, and it knows nothing of how they were
 * spaced.  The ladder costs up to a fifth of a small run.  Plain data but for its pointers. */
typedef struct mct_relaxation {
    size_t species, N, nodes;            /* nodes: of the interpolation, 2 ... MCT_RELAXATION_NODES, even */
    size_t levels;                       /* 2, or MCT_RELAXATION_LADDER */
    double level[MCT_RELAXATION_LADDER]; /* [levels], descending */
    size_t rows;                         /* so far */
    double times[MCT_RELAXATION_NODES];  /* of the last rows, at row number modulo MCT_RELAXATION_NODES */
    double *values;                      /* [MCT_RELAXATION_NODES][m][N]: Phi_mm/S_mm there */
    double *tau;                         /* [levels][m][N]; NaN while not reached */
    double *next;                        /* [m][N]: the highest level that is not reached; -infinity: none is left */
    double *inverse;                     /* [m][N]: 1/S_mm */
} mct_relaxation;

/* S: [m*m][N], copied.  degree: of the scheme that makes the rows.  Errors: MCT_MEMORY. */
mct_status mct_relaxation_create(mct_context *context, size_t species, size_t N, const double *S, int degree,
                                 bool ladder, mct_relaxation *relaxation);
/* Bytes that it takes. */
size_t mct_relaxation_memory(size_t species, size_t N, bool ladder);
void mct_relaxation_destroy(mct_relaxation *relaxation);

/* A row: phi [m*m][N]; `threads` share its wave numbers, each of which is by itself. */
void mct_relaxation_add(mct_relaxation *relaxation, double time, const double *phi, int threads);
/* No more rows come: crossings between the last of them. */
void mct_relaxation_finish(mct_relaxation *relaxation);

/* The times [m][N] of one of the public levels, borrowed. */
const double *mct_relaxation_time(const mct_relaxation *relaxation, mct_relaxation_level level);

/* Phi_mm/S_mm at a time among those of the last rows; NaN at others. */
double mct_relaxation_value(const mct_relaxation *relaxation, size_t mu, size_t q, double time);

/* Flat copy of what the coming rows change. */
size_t mct_relaxation_size(const mct_relaxation *relaxation);
void mct_relaxation_save(const mct_relaxation *relaxation, void *to);
void mct_relaxation_restore(mct_relaxation *relaxation, const void *from);

#endif
