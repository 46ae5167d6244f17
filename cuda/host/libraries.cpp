/* libraries.cpp: matrix products by OpenBLAS and transforms by FFTW, as operations of a stream. */
#include "../libraries.cuh"

#include <cblas.h>
#include <fftw3.h>

#include "internal.h"
#include "stream.h"

using namespace cuda_host;

/* ---- matrix products --------------------------------------------------------------------------------------------------- */

struct mct_blas {
    cudaStream_t stream;
};

size_t mct_blas_memory() {
    return 0;
}

const char *mct_blas_create(mct_blas **blas, cudaStream_t stream) {
    *blas = new mct_blas{stream};
    return NULL;
}

void mct_blas_destroy(mct_blas *blas) {
    delete blas;
}

/* Doubles from the first element of a matrix of these rows and columns to behind its last one. */
static size_t extent(int rows, int columns, int pitch, int batch, long long stride) {
    return (size_t)(batch - 1) * (size_t)stride + (size_t)(rows - 1) * (size_t)pitch + (size_t)columns;
}

static void check_operand(const char *name, const double *start, size_t count) {
    if (!is_device(start)) fault("mct_multiply: %s is no device memory", name);
    if (!device_valid(start, count * sizeof *start)) {
        fault("mct_multiply: %s, %zu doubles from %s", name, count, describe_device(start).text);
    }
}

const char *mct_multiply(mct_blas *blas, const mct_product &p, const double *A, const double *B, double *C) {
    const api_call call(__func__);
    const int rows_A = p.transpose_A ? p.inner : p.rows, columns_A = p.transpose_A ? p.rows : p.inner;
    const int rows_B = p.transpose_B ? p.columns : p.inner, columns_B = p.transpose_B ? p.inner : p.columns;
    if (p.pitch_A < columns_A || p.pitch_B < columns_B || p.pitch_C < p.columns) {
        fault("mct_multiply: a pitch is less than the length of a row");
    }
    check_operand("A", A, extent(rows_A, columns_A, p.pitch_A, p.batch, p.stride_A));
    check_operand("B", B, extent(rows_B, columns_B, p.pitch_B, p.batch, p.stride_B));
    check_operand("C", C, extent(p.rows, p.columns, p.pitch_C, p.batch, p.stride_C));
    enqueue(blas->stream, [=] {
        for (int b = 0; b < p.batch; b++) {
            cblas_dgemm(CblasRowMajor, p.transpose_A ? CblasTrans : CblasNoTrans,
                        p.transpose_B ? CblasTrans : CblasNoTrans, p.rows, p.columns, p.inner, p.alpha,
                        A + b * p.stride_A, p.pitch_A, B + b * p.stride_B, p.pitch_B, p.beta, C + b * p.stride_C,
                        p.pitch_C);
        }
    });
    return NULL;
}

/* ---- transforms ---------------------------------------------------------------------------------------------------------- */

struct mct_transforms {
    cudaStream_t stream;
    size_t real_size, spectra_size; /* doubles */
    fftw_plan forward, inverse;
};

void mct_transforms_destroy(mct_transforms *transforms) {
    if (!transforms) return;
    const api_call call(__func__);
    finish_all_streams();
    fftw_destroy_plan(transforms->forward);
    fftw_destroy_plan(transforms->inverse);
    delete transforms;
}

const char *mct_transforms_create(mct_transforms **transforms, cudaStream_t stream, int length, int pitch, int batch) {
    *transforms = NULL;
    if (length < 1 || batch < 1 || pitch < length / 2 + 1) fault("mct_transforms_create: the pitch is too short");
    mct_transforms *fresh = new mct_transforms();
    fresh->stream = stream;
    fresh->real_size = (size_t)batch * (size_t)length;
    fresh->spectra_size = 2 * (size_t)batch * (size_t)pitch;
    double *real = fftw_alloc_real(fresh->real_size);
    fftw_complex *spectra = fftw_alloc_complex(fresh->spectra_size / 2);
    const unsigned flags = FFTW_ESTIMATE | FFTW_UNALIGNED;
    fresh->forward = fftw_plan_many_dft_r2c(1, &length, batch, real, NULL, 1, length, spectra, NULL, 1, pitch, flags);
    fresh->inverse = fftw_plan_many_dft_c2r(1, &length, batch, spectra, NULL, 1, pitch, real, NULL, 1, length, flags);
    fftw_free(real);
    fftw_free(spectra);
    *transforms = fresh;
    return fresh->forward && fresh->inverse ? NULL : "FFTW made no plan";
}

static void check_arrays(const mct_transforms *transforms, const double *real, const double2 *spectra) {
    if (!device_valid(real, transforms->real_size * sizeof *real)) {
        fault("transform of %zu doubles from %s", transforms->real_size, describe_device(real).text);
    }
    if (!device_valid(spectra, transforms->spectra_size * sizeof *real)) {
        fault("transform with spectra of %zu doubles from %s", transforms->spectra_size, describe_device(spectra).text);
    }
}

const char *mct_transform_forward(mct_transforms *transforms, const double *real, double2 *spectra) {
    const api_call call(__func__);
    check_arrays(transforms, real, spectra);
    enqueue(transforms->stream, [=] {
        fftw_execute_dft_r2c(transforms->forward, const_cast<double *>(real),
                             reinterpret_cast<fftw_complex *>(spectra));
    });
    return NULL;
}

const char *mct_transform_inverse(mct_transforms *transforms, double2 *spectra, double *real) {
    const api_call call(__func__);
    check_arrays(transforms, real, spectra);
    enqueue(transforms->stream, [=] {
        fftw_execute_dft_c2r(transforms->inverse, reinterpret_cast<fftw_complex *>(spectra), real);
        fill_undefined(spectra, transforms->spectra_size * sizeof *real);
    });
    return NULL;
}
