/* projection.h: one number of each of a few rows, kept as they come. */
#ifndef MCT_PROJECTION_H
#define MCT_PROJECTION_H

#include "apmct/context.h"

/* <vector, Phi> of the first row in each part of a decade; without a vector nothing is kept.  Plain data but for its
 * pointers. */
typedef struct mct_projection {
    size_t size;          /* of a row, m*m*N */
    double *vector;       /* [size]; NULL: none */
    size_t count, room;   /* rows: so far, allocated */
    double *time, *value; /* [room] */
} mct_projection;

/* vector: [species*species][N] over the first of the m species, copied.  What was there is given up.  Errors: MCT_MEMORY. */
mct_status mct_projection_create(mct_context *context, size_t m, size_t N, size_t species, const double *vector,
                                 mct_projection *projection);
void mct_projection_destroy(mct_projection *projection);

/* A row: phi [m*m][N].  Errors: MCT_MEMORY. */
mct_status mct_projection_add(mct_context *context, mct_projection *projection, double time, const double *phi);

/* Flat copy of the rows. */
size_t mct_projection_size(const mct_projection *projection);
void mct_projection_save(const mct_projection *projection, void *to);
/* Size of the copy at `from`, of which `there` bytes exist, with room for its rows made; 0 if there are fewer.
 * Errors: MCT_MEMORY. */
mct_status mct_projection_prepare(mct_context *context, mct_projection *projection, const void *from, size_t there,
                                  size_t *size);
void mct_projection_restore(mct_projection *projection, const void *from);

#endif
