/* critical_search.h: a search for critical points that serves many of them, one after another. */
#ifndef MCT_CRITICAL_SEARCH_H
#define MCT_CRITICAL_SEARCH_H

#include "glass/critical_vectors.h"

typedef struct mct_critical_search {
    mct_fixed_point *problem;
    double tolerance; /* relative, of phi_c */
    double *F, *left; /* [n], backend */
} mct_critical_search;

/* Errors: those of mct_critical_packing_fraction. */
mct_status mct_critical_search_create(mct_context *context, const mct_glass_options *options, const mct_grid *grid,
                                      const mct_mixture *mixture, mct_critical_search *search);
void mct_critical_search_destroy(mct_critical_search *search);

/* As mct_critical_packing_fraction. */
mct_status mct_critical_find(mct_critical_search *search, const mct_mixture *mixture, const mct_critical_point *start,
                             mct_critical_point *point);

/* Warns where the liquid does not exist any more. */
void mct_critical_warn(mct_context *context, double packing_fraction);

/* Back to "not found". */
void mct_critical_clear(mct_critical_point *point);

#endif
