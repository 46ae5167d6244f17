/* blas.h: OpenBLAS for those who multiply large matrices: `direct`.  It is loaded when it is first wanted, because it starts its
 * threads when it is loaded, and these are busy with waiting for a while: in a process that computes for a few milliseconds
 * they would be in the way of our own. */
#ifndef MCT_BLAS_H
#define MCT_BLAS_H

#include <cblas.h>

#include "apmct/context.h"

typedef struct mct_blas {
    __typeof__(cblas_dgemm) *dgemm;
    __typeof__(cblas_ddot) *ddot;
    __typeof__(cblas_daxpy) *daxpy;
    char *(*config)(void); /* version and build */
    void (*set_threads)(int);
} mct_blas;

/* Stays until the program ends, and computes with one thread, that of its caller.  Errors: MCT_BACKEND. */
mct_status mct_blas_load(mct_context *context, const mct_blas **blas);

#endif
