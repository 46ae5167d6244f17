/* critical_trace.h: phi_c against the activity of one species as nodes with slopes, cubics between them. */
#ifndef MCT_CRITICAL_TRACE_H
#define MCT_CRITICAL_TRACE_H

#include "glass/critical_search.h"

typedef struct mct_trace {
    mct_critical_search search;
    mct_context *context;
    mct_mixture mixture;     /* with species of its own */
    size_t species;          /* whose activity varies */
    double packing_fraction; /* whose roots are sought */
    size_t count, room;
    double *activity;           /* [count], ascending */
    mct_critical_point **point; /* [count] */
    bool *confirmed;            /* [count]: sought from nothing */
    unsigned long evaluations;
    size_t failed;         /* points that did not converge or are unphysical */
    double failed_at;      /* activity of the last */
    char failure[320];     /* why the first did */
    mct_warnings warnings; /* of points */
    double tolerance;      /* of phi_c between nodes */
    double error;
    size_t jumps; /* intervals that no cubic describes */
    double first_jump, last_jump;
    const mct_grid *grid;
} mct_trace;

/* The critical point at an activity, starting from the nearest node or from nothing; the caller owns it.  One that does
 * not converge, or is unphysical, is counted and comes back as not found.  Errors: those of
 * mct_critical_packing_fraction. */
mct_status mct_trace_compute(mct_trace *t, double activity, bool from_nothing, mct_critical_point **point);

/* Makes a node at an activity where there is none.  Errors: as above. */
mct_status mct_trace_insert(mct_trace *t, double activity);

/* The node at an activity, or the next one. */
size_t mct_trace_index(const mct_trace *t, double activity);

/* Nodes over [low, high] until every cubic holds. */
mct_status mct_trace_range(mct_trace *t, double low, double high);

/* Nodes at all extrema of phi_c, until the slope there is nothing but rounding; the caller owns *extremum[*count]. */
mct_status mct_trace_extrema(mct_trace *t, size_t *count, double **extremum);

/* What is special along the line (critical_features.c): where lambda_MCT is largest, [activity, value], which comes near 1
 * where a higher-order singularity is near; and for each species [m] the lowest activity at which the integral of f_mu over the
 * wave number is half of what it is at the first node (NaN: nowhere).  Nodes are made there. */
mct_status mct_trace_features(mct_trace *t, double peak[2], double *collapse);

/* The integral of f_mumu over the wave number at node i for all species, area[m], 1/d. */
mct_status mct_trace_area(const mct_trace *t, size_t i, double *area);

/* Frees the nodes. */
void mct_trace_clear(mct_trace *t);

/* d phi_c/d lambda at node i. */
static inline double mct_trace_slope(const mct_trace *t, size_t i) {
    return t->point[i]->slope[t->species];
}

/* Hermite's cubic through values y and slopes s at x0, x1. */
double mct_cubic(double x0, double x1, double y0, double y1, double s0, double s1, double x);

#endif
