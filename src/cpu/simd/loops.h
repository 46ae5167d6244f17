/* loops.h: the inner loops of the CPU backend: C that compilers vectorise, or vector types (wide.h).
 *
 * Every file *_loops.c of this folder is compiled once per instruction set (macro MCT_ISA: generic, avx2, avx512) and
 * yields one small table of functions; mct_loops_select() picks the widest set that the processor has.  No loop here
 * assumes that values are finite.  Sums are formed in an order that depends on the sizes alone, never on threads. */
#ifndef MCT_LOOPS_H
#define MCT_LOOPS_H

#include <stddef.h>

enum {
    MCT_LANES = 8,           /* wave numbers of a block of the evolution in time; no vector is wider */
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

/* A fast Fourier transform of `size` complex numbers, a multiple of 8, in place; and with it those of real sequences of
 * 2 size numbers (n below), half of a period.  Frequencies come in the order in which the passes leave them. */
enum { MCT_STAGES_MAX = 24 };
typedef struct mct_transform {
    size_t size, stages;
    size_t radix[MCT_STAGES_MAX], stride[MCT_STAGES_MAX];
    const double *twiddle[MCT_STAGES_MAX]; /* [stride][radix - 1] complex: e^{-2 pi i j q/(radix stride)} */
    const double *quarter;                 /* [size] complex: e^{-i pi (4 j + 1/2)/(4 n)} */
    const double *quarter_frequency;       /* the same at the frequencies */
    const double *half_re, *half_im;       /* [size]: e^{-2 pi i f/n} at the frequencies f */
    const double *lag;                     /* [n] complex: e^{-i pi j/(2 n)} */
    /* and of the increments over q: */
    const double *of_lag;         /* [lags][3]: -m/balance, (2 m/balance)^2, m^4 of m = i spacing */
    const double *of_wave_number; /* [N][3]: q^3, 1/q, 2 q, times (spacing/4 pi)^2 */
} mct_transform;

/* cpu/fourier.c.  An image is C and S, [n] each, as fourier_loops.c mixes them.  `together` functions and half as many components are treated at
 * once; `rows`: scratch, 4 * size * together doubles. */
typedef struct mct_fourier_loops {
    size_t together;
    /* images of count <= together functions X [N] on k: C and S of e = balance k^2 X and t = k X.  balance ~ 1/k makes
     * them of one size, so that neither loses digits to the other in M. */
    void (*load)(const mct_transform *transform, size_t N, size_t count, double balance, const double *k,
                 const double *const *X, double *rows, double *const *image);
    /* adjoint of load; field: scratch, 2 * together * pad(N) */
    void (*unload)(const mct_transform *transform, size_t N, size_t count, double balance, const double *k,
                   const double *const *image, double *rows, double *field, double *const *X);
    /* increments P, K3, O, D at `lags` lags of count <= together/2 components, `pairs` bilinear terms added up, from the
     * images of x, y, u, v: the transforms of Sx Sy + Su Sv, Cx Cy - Cu Cv, Sx Cy - Cx Sy, Sx Sy - Su Sv.
     * lag: [lags, rounded up to even][4][together/2] */
    void (*correlate)(const mct_transform *transform, size_t lags, size_t count, size_t pairs,
                      const double *const (*image)[2][4], double *rows, double *lag);
    /* M [N] of each component from these increments, which are overwritten if corrected (mct_increment_loops.assemble) */
    void (*assemble)(const mct_transform *transform, size_t N, size_t count, int corrected, const double *prefactor,
                     double *lag, double *const *M);
    /* adjoint of correlate (one pair) at the images of F: adds to the adjoint images `out` of x, y, u, v */
    void (*correlate_adjoint)(const mct_transform *transform, size_t lags, size_t count,
                              const double *const (*increment)[4], const double *const (*image)[4], double *rows,
                              double *const (*out)[4]);
    /* K3 at lags 0 ... count-1, a multiple of 4 below N, as plain sums over the e of x, y, u, v, added to K3 */
    void (*small_lags)(size_t N, size_t count, const double *const e[4], double *K3);
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

/* cpu/glass.c: m x m matrices at the wave numbers first ... last - 1, arrays [m*m][n]; first: a multiple of MCT_LANES, as is
 * last unless it is n; scratch: 5 m*m*MCT_LANES doubles, aligned to a cache line. */
typedef struct mct_matrix_loops {
    /* G = (S^-1 + Pi)^-1 Pi S with Pi = W^-1 M W^-1: one step of the fixed point, no cancellation for small F */
    void (*glass_map)(size_t m, size_t n, size_t first, size_t last, const double *S, const double *S_inverse,
                      const double *W_inverse, const double *M, double *scratch, double *G);
    /* left = H W^-1, right = W^-1 H with H = S - G */
    void (*glass_linearise)(size_t m, size_t n, size_t first, size_t last, const double *S, const double *W_inverse,
                            const double *G, double *scratch, double *left, double *right);
    /* out = left A right; transposed != 0: left^T A right^T */
    void (*sandwich)(size_t m, size_t n, size_t first, size_t last, const double *left, const double *A,
                     const double *right, int transposed, double *scratch, double *out);
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
    const mct_fourier_loops *fourier, *fourier_narrow;
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
