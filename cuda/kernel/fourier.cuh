/* fourier.cuh: what the evaluation by fast Fourier transforms (fourier.cu) and its adjoint (fourier_adjoint.cu) share.
 *
 * With t = kX (odd about -1/2) and e = balance k^2 X (even) a function's sequence is z[j] = e + t, z[L-1-j] = e - t; its image
 * is the spectrum Z, and C - iS = Z e^{-i pi m/L} are the cosine coefficients of e and the sine coefficients of t. */
#ifndef MCT_FOURIER_CUH
#define MCT_FOURIER_CUH

#include "cuda.cuh"

/* What kernels see of the transforms. */
struct mct_sequences {
    size_t length, half, pitch, image; /* half: frequencies; complex numbers of a spectrum and of an image */
    const double *cosine, *sine;       /* [half]: of pi m/length */
};

enum { MCT_SMALL_LAGS_MAX = 16 };

/* Work space of the state: real sequences, spectra of the increments. */
struct mct_fourier_work {
    double *real;
    double2 *spectra;
    double *exact; /* [points][MCT_SMALL_LAGS_MAX]: for one species */
};

mct_sequences mct_sequences_of(const mct_cuda *cuda);
mct_fourier_work mct_fourier_work_of(const mct_cuda *cuda);

/* Transforms of `rows` functions of each of the points first ..., and of three sequences per component; where the points go
 * one by one only those functions that the path has. */
void mct_transform_functions(mct_cuda *cuda, size_t first, size_t count, size_t rows, bool forward, double2 *spectra,
                             double *real);
void mct_transform_increments(mct_cuda *cuda, size_t count, bool forward, double2 *spectra, double *real);

void mct_fourier_adjoint(mct_cuda *cuda, size_t first, size_t count, const double *l, const double *kept);

/* The images of x, y, u, v of a component: x and u of one set, y and v of another. */
struct mct_four {
    const double2 *x, *y, *u, *v;
};

__device__ inline mct_four mct_pick(const double2 *xu, const double2 *yv, mct_cuda_term term, size_t image) {
    return {xu + (size_t)term.x * image, yv + (size_t)term.y * image, xu + (size_t)term.u * image,
            yv + (size_t)term.v * image};
}

/* C in x and S in y of an image at frequency m. */
__device__ inline double2 mct_coefficients(const mct_sequences &s, const double2 *image, size_t m) {
    const double2 z = image[m];
    const double cosine = s.cosine[m], sine = s.sine[m];
    return make_double2(z.x * cosine + z.y * sine, z.x * sine - z.y * cosine);
}

#endif
