/* ceilings.cu: what bounds everything else, for the benchmark: a copy within the device's memory, 16 bytes per number, and
 * the product of two square matrices, 2 n^3 operations, by cuBLAS.  Both wait for the end. */
#include "cuda.cuh"

void mct_cuda_copy(size_t count, const double *from, double *to) {
    if (cudaMemcpyAsync(to, from, count * sizeof *to, cudaMemcpyDeviceToDevice, mct_cuda_stream()) == cudaSuccess) {
        (void)cudaStreamSynchronize(mct_cuda_stream());
    }
}

mct_status mct_cuda_multiply(mct_context *context, int n, const double *A, const double *B, double *C) {
    static mct_blas *blas; /* until the program ends */
    const mct_product product = {false, false, n, n, n, 1.0, 0.0, n, n, n, 1, 0, 0, 0};
    const char *error = blas ? NULL : mct_blas_create(&blas, mct_cuda_stream());
    if (!error) error = mct_multiply(blas, product, A, B, C);
    const cudaError_t end = cudaStreamSynchronize(mct_cuda_stream());
    if (!error && end != cudaSuccess) error = cudaGetErrorString(end);
    return error ? mct_fail(context, MCT_BACKEND, "CUDA: %s", error) : MCT_OK;
}
