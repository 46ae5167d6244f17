/* libraries.cuh: matrix products and Fourier transforms: cuBLAS and cuFFT on a device (libraries.cu), OpenBLAS and FFTW on
 * the host (host/libraries.cpp).  Nothing else of the backend knows these libraries.
 *
 * Functions return NULL, or text that says what went wrong (static storage).  Work is enqueued in a stream and can be
 * captured into a graph. */
#ifndef MCT_LIBRARIES_CUH
#define MCT_LIBRARIES_CUH

#include "port.cuh"

/* ---- matrix products, row by row in memory --------------------------------------------------------------------------- */

/* C = alpha op(A) op(B) + beta C, `batch` times; op(A) [rows][inner], op(B) [inner][columns], C [rows][columns];
 * pitch: doubles from row to row as stored; stride: from one product of the batch to the next. */
struct mct_product {
    bool transpose_A, transpose_B;
    int rows, columns, inner;
    double alpha, beta;
    int pitch_A, pitch_B, pitch_C;
    int batch;
    long long stride_A, stride_B, stride_C;
};

/* A handle for one stream, with a work space of its own. */
struct mct_blas;
const char *mct_blas_create(mct_blas **blas, cudaStream_t stream);
void mct_blas_destroy(mct_blas *blas);
/* Bytes of device memory that a handle takes. */
size_t mct_blas_memory();
/* A, B, C: device memory. */
const char *mct_multiply(mct_blas *blas, const mct_product &product, const double *A, const double *B, double *C);

/* ---- real transforms of one length, `batch` at a time ------------------------------------------------------------------ */

/* Real sequences [batch][length], spectra [batch][pitch] with pitch >= length/2 + 1; neither direction divides by the
 * length.  The inverse destroys the spectra. */
struct mct_transforms;
const char *mct_transforms_create(mct_transforms **transforms, cudaStream_t stream, int length, int pitch, int batch);
void mct_transforms_destroy(mct_transforms *transforms);
const char *mct_transform_forward(mct_transforms *transforms, const double *real, double2 *spectra);
const char *mct_transform_inverse(mct_transforms *transforms, double2 *spectra, double *real);

#endif
