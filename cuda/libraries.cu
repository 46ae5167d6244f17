/* libraries.cu: matrix products by cuBLAS and transforms by cuFFT; host/libraries.cpp is the same for the host. */
#include "libraries.cuh"

#ifdef __CUDACC__

#include <cublas_v2.h>
#include <cufft.h>

/* ---- matrix products --------------------------------------------------------------------------------------------------- */

/* What cuBLAS recommends for compute capability 9.0; own memory, since a captured call may not allocate. */
static const size_t workspace_size = (size_t)32 << 20;

struct mct_blas {
    cublasHandle_t handle;
    void *workspace;
};

void mct_blas_destroy(mct_blas *blas) {
    if (!blas) return;
    if (blas->handle) cublasDestroy(blas->handle);
    cudaFree(blas->workspace);
    delete blas;
}

size_t mct_blas_memory() {
    return workspace_size;
}

static const char *blas_text(cublasStatus_t status) {
    return status == CUBLAS_STATUS_SUCCESS ? NULL : cublasGetStatusString(status);
}

const char *mct_blas_create(mct_blas **blas, cudaStream_t stream) {
    mct_blas *fresh = *blas = new mct_blas();
    const cudaError_t error = cudaMalloc(&fresh->workspace, workspace_size);
    if (error) return cudaGetErrorString(error);
    cublasStatus_t status = cublasCreate(&fresh->handle);
    if (!status) status = cublasSetStream(fresh->handle, stream);
    if (!status) status = cublasSetWorkspace(fresh->handle, fresh->workspace, workspace_size);
    return blas_text(status);
}

/* Column by column the transpose: C^T = op(B)^T op(A)^T. */
const char *mct_multiply(mct_blas *blas, const mct_product &p, const double *A, const double *B, double *C) {
    return blas_text(cublasDgemmStridedBatched(blas->handle, p.transpose_B ? CUBLAS_OP_T : CUBLAS_OP_N,
                                               p.transpose_A ? CUBLAS_OP_T : CUBLAS_OP_N, p.columns, p.rows, p.inner,
                                               &p.alpha, B, p.pitch_B, p.stride_B, A, p.pitch_A, p.stride_A, &p.beta, C,
                                               p.pitch_C, p.stride_C, p.batch));
}

/* ---- transforms ---------------------------------------------------------------------------------------------------------- */

struct mct_transforms {
    cufftHandle forward, inverse;
    bool forward_made, inverse_made;
};

void mct_transforms_destroy(mct_transforms *transforms) {
    if (!transforms) return;
    if (transforms->forward_made) cufftDestroy(transforms->forward);
    if (transforms->inverse_made) cufftDestroy(transforms->inverse);
    delete transforms;
}

static const char *transform_text(cufftResult result) {
    switch (result) {
    case CUFFT_SUCCESS: return NULL;
    case CUFFT_ALLOC_FAILED: return "cuFFT: out of memory";
    case CUFFT_INVALID_SIZE: return "cuFFT: length not supported";
    case CUFFT_EXEC_FAILED: return "cuFFT: execution failed";
    default: return "cuFFT: failed";
    }
}

const char *mct_transforms_create(mct_transforms **transforms, cudaStream_t stream, int length, int pitch, int batch) {
    mct_transforms *fresh = *transforms = new mct_transforms();
    cufftResult result =
        cufftPlanMany(&fresh->forward, 1, &length, &length, 1, length, &pitch, 1, pitch, CUFFT_D2Z, batch);
    fresh->forward_made = !result;
    if (!result) {
        result = cufftPlanMany(&fresh->inverse, 1, &length, &pitch, 1, pitch, &length, 1, length, CUFFT_Z2D, batch);
        fresh->inverse_made = !result;
    }
    if (!result) result = cufftSetStream(fresh->forward, stream);
    if (!result) result = cufftSetStream(fresh->inverse, stream);
    return transform_text(result);
}

const char *mct_transform_forward(mct_transforms *transforms, const double *real, double2 *spectra) {
    return transform_text(cufftExecD2Z(transforms->forward, const_cast<double *>(real), spectra));
}

const char *mct_transform_inverse(mct_transforms *transforms, double2 *spectra, double *real) {
    return transform_text(cufftExecZ2D(transforms->inverse, spectra, real));
}

#endif
