/* loops.h: the inner loops of the CPU backend: C that compilers vectorise, or vector types (wide.h).
 *
 * Every file *_loops.c of this folder is compiled once per instruction set (macro MCT_ISA: generic, avx2, avx512) and
 * yields one small table of functions; mct_loops_select() picks the widest set that the processor has.  No loop here
 * assumes that values are finite.  Sums are formed in an order that depends on the sizes alone, never on threads. */
#ifndef MCT_LOOPS_H
#define MCT_LOOPS_H

#include <stddef.h>

enum {
    MCT_LANES = 8,           /* wave numbers that the small-matrix loops treat together */
    MCT_CORRELATE_BLOCK = 32 /* a correlation may read and write this far beyond its end */
};

/* A function in the increment form: t = kX continued as odd, e = k^2 X as even about -1/2, both on -N ... N-1, zero
 * outside and readable N + MCT_CORRELATE_BLOCK + 2 to either side.  Pointers are to index 0. */
typedef struct mct_sequence {
    const double *odd, *even;
} mct_sequence;

/* cpu/functions.c: functions of one wave number from F. */
typedef struct mct_function_loops {
    /* out = sum_j coefficient[j] in_j, in_j = in + j*stride, times scale^power (power 0, 1, 2; scale unused for 0) */
    void (*combine)(size_t n, size_t terms, const double *coefficient, const double *in, size_t stride,
                    const double *scale, int power, double *out);
    /* out = sum_j A_j B_j elementwise, A_j = A + j*stride_A, B_j = B + j*stride_B */
    void (*product_sum)(size_t n, size_t terms, const double *A, size_t stride_A, const double *B, size_t stride_B,
                        double *out);
} mct_function_loops;

/* cpu/fourier.c: what stands around the transforms.  An image is C, then S, then e[j], j < n, each `pitch` apart. */
typedef struct mct_fourier_loops {
    /* z[j] = e + t = k (balance k + 1) X, z[length-1-j] = e - t, zero between; n values of X on k.  balance ~ 1/k makes
     * e = balance k^2 X and t = k X of one size, so that neither loses digits to the other in the transform */
    void (*load)(size_t n, size_t length, double balance, const double *k, const double *X, double *e, double *z);
    /* C - iS = Z e^{-i pi m/length} for m < half; Z interleaved complex */
    void (*rotate)(size_t half, const double *Z, const double *cosine, const double *sine, double *C, double *S);
    /* spectra of the increments of one component, interleaved complex, from the images of x, y, u, v:
     *   even_odd = (Sx Sy + Su Sv) + i (Sx Cy - Cx Sy), K3 = Cx Cy - Cu Cv, difference = Sx Sy - Su Sv */
    void (*product)(size_t half, size_t pitch, const double *const image[4], int accumulate, double *even_odd,
                    double *K3, double *difference);
    /* K3 at lags 0 ... count-1, a multiple of 4 below n, as plain sums over the e of the images, added to K3 */
    void (*small_lags)(size_t n, size_t pitch, size_t count, const double *const image[4], double *K3);
    /* P = even part, O = odd part of a real sequence of `length`, for i < lags */
    void (*split)(size_t lags, size_t length, const double *even_odd, double *P, double *O);
    /* adjoint of split */
    void (*join)(size_t lags, size_t length, const double *P, const double *O, double *even_odd);
    /* adjoint of product at the images of F: adds to the adjoint images `out` of x, y, u, v */
    void (*product_adjoint)(size_t half, size_t pitch, const double *even_odd, const double *K3,
                            const double *difference, const double *const image[4], double *const out[4]);
    /* Z = (C - iS) e^{i pi m/length}, interleaved */
    void (*unrotate)(size_t half, const double *C, const double *S, const double *cosine, const double *sine,
                     double *Z);
    /* adjoint of load: X = k (z_j - z_{length-1-j}) + balance k^2 (z_j + z_{length-1-j}) */
    void (*unload)(size_t n, size_t length, double balance, const double *k, const double *z, double *X);
} mct_fourier_loops;

/* cpu/factorized.c and cpu/increments.c.  Lags 0 ... lags-1. */
typedef struct mct_increment_loops {
    /* P = K1 + K2, O, K3, D = K1 - K2 (docs/theory.md, "Algorithms") from the sequences of x, y, u, v */
    void (*correlate)(size_t n, size_t lags, const mct_sequence image[4], int accumulate, double *P, double *O,
                      double *K3, double *D);
    /* out[j] += sign * sum_{i=-taps}^{taps} w[i] y[j+i], 0 <= j < n */
    void (*convolve)(size_t n, size_t taps, double sign, const double *w, const double *y, double *out);
    /* M(q_i), i < n, from the increments (n + 2 of them when corrected), which are overwritten; O comes times
     * balance, K3 times balance^2 */
    void (*assemble)(size_t n, double spacing, double prefactor, double balance, int corrected, double *P, double *O,
                     double *K3, double *D, double *M);
    /* adjoint of assemble: n + 2 weights of each increment from l(q_i) */
    void (*assemble_adjoint)(size_t n, double spacing, double prefactor, double balance, int corrected, const double *l,
                             double *P, double *O, double *K3, double *D);
} mct_increment_loops;

/* cpu/glass.c: m x m matrices at every wave number, arrays [m*m][n]; scratch: 5 m*m*MCT_LANES doubles. */
typedef struct mct_matrix_loops {
    /* G = (S^-1 + Pi)^-1 Pi S with Pi = W^-1 M W^-1: one step of the fixed point, no cancellation for small F */
    void (*glass_map)(size_t m, size_t n, const double *S, const double *S_inverse, const double *W_inverse,
                      const double *M, double *scratch, double *G);
    /* left = H W^-1, right = W^-1 H with H = S - G */
    void (*glass_linearise)(size_t m, size_t n, const double *S, const double *W_inverse, const double *G,
                            double *scratch, double *left, double *right);
    /* out = left A right; transposed != 0: left^T A right^T */
    void (*sandwich)(size_t m, size_t n, const double *left, const double *A, const double *right, int transposed,
                     double *scratch, double *out);
} mct_matrix_loops;

/* cpu/vector.c */
typedef struct mct_vector_loops {
    double (*dot)(size_t n, const double *w, const double *x, const double *y); /* sum w^2 x y */
    void (*weigh)(size_t n, int inverse, const double *w, double *x);           /* x *= w; inverse: x /= w */
    void (*axpby)(size_t n, double a, const double *x, double b, double *y);    /* y = a x + b y; b = 0: y = a x */
    double (*max_norm)(size_t n, const double *w, const double *x);             /* max |w x|; NaN if any is */
} mct_vector_loops;

typedef struct mct_step_loops mct_step_loops; /* step_loops.h */

typedef struct mct_loops {
    const char *name; /* "generic", "avx2", "avx512" */
    const mct_function_loops *function;
    const mct_fourier_loops *fourier;
    const mct_increment_loops *increment;
    const mct_matrix_loops *matrix;
    const mct_vector_loops *vector;
    const mct_step_loops *step;
} mct_loops;

/* The widest set that this processor runs; name != NULL: that set, or NULL if it is not built or not supported. */
const mct_loops *mct_loops_select(const char *name);

#ifdef MCT_ISA
/* MCT_VARIANT(mct_fourier_loops_) is mct_fourier_loops_avx2 etc. */
#define MCT_VARIANT_JOIN(a, b)   a##b
#define MCT_VARIANT_EXPAND(a, b) MCT_VARIANT_JOIN(a, b)
#define MCT_VARIANT(name)        MCT_VARIANT_EXPAND(name, MCT_ISA)
extern const mct_function_loops MCT_VARIANT(mct_function_loops_);
extern const mct_fourier_loops MCT_VARIANT(mct_fourier_loops_);
extern const mct_increment_loops MCT_VARIANT(mct_increment_loops_);
extern const mct_matrix_loops MCT_VARIANT(mct_matrix_loops_);
extern const mct_vector_loops MCT_VARIANT(mct_vector_loops_);
extern const mct_step_loops MCT_VARIANT(mct_step_loops_);
#endif

#endif
