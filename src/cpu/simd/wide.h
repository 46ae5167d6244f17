/* wide.h: the vectors of the instruction set that a file of this folder is compiled for (an extension of GCC and clang),
 * for the loops where compilers do not find the registers by themselves. */
#ifndef MCT_WIDE_H
#define MCT_WIDE_H

#include <string.h>

#if defined(__AVX512F__)
enum { MCT_WIDTH = 8 };
#elif defined(__AVX2__)
enum { MCT_WIDTH = 4 };
#else
enum { MCT_WIDTH = 2 };
#endif

typedef double mct_wide __attribute__((vector_size(MCT_WIDTH * sizeof(double))));
typedef long long mct_wide_mask __attribute__((vector_size(MCT_WIDTH * sizeof(double))));

/* In an array of doubles.  (gcc 12 copies 32 bytes by memcpy in halves, and a load of the whole waits for them.) */
typedef double mct_wide_anywhere __attribute__((vector_size(MCT_WIDTH * sizeof(double)), aligned(8), may_alias));

static inline mct_wide mct_wide_read(const double *p) {
    return (mct_wide) * (const mct_wide_anywhere *)p;
}

static inline void mct_wide_write(const mct_wide *v, double *p) {
    *(mct_wide_anywhere *)p = *v;
}

static inline double mct_wide_sum(mct_wide v) {
    double sum = 0.0;
    for (int l = 0; l < MCT_WIDTH; l++) sum += v[l];
    return sum;
}

#endif
