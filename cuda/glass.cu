/* glass.cu: the fixed point F = G(F) and its derivative, as src/cpu/glass.c; arrays [count][mm][N].
 * One thread per point and wave number; bytes: 8 mm per array, 5 arrays at most. */
#include "cuda.cuh"
#include "small_matrix.cuh"

template <int m> __global__ void glass_map_kernel(mct_cuda_view v, size_t first, const double *M, double *G) {
    const size_t N = (size_t)v.N, n = m * m * N;
    const mct_cuda_item at = mct_cuda_item_of(N);
    if (at.index >= N) return;
    const size_t state = (first + at.point) * n;
    const mct_matrix<m> W_inverse = mct_matrix_read<m>(v.W_inverse + state, N, at.index);
    const mct_matrix<m> Pi = W_inverse * mct_matrix_read<m>(M + at.point * n, N, at.index) * W_inverse;
    const mct_matrix<m> A = mct_matrix_read<m>(v.S_inverse + state, N, at.index) + Pi;
    mct_matrix_write(mct_matrix_solve(A, Pi * mct_matrix_read<m>(v.S + state, N, at.index)), G + at.point * n, N,
                     at.index);
}

template <int m> __global__ void glass_linearise_kernel(mct_cuda_view v, size_t first, const double *G) {
    const size_t N = (size_t)v.N, n = m * m * N;
    const mct_cuda_item at = mct_cuda_item_of(N);
    if (at.index >= N) return;
    const size_t state = (first + at.point) * n;
    const mct_matrix<m> H =
        mct_matrix_read<m>(v.S + state, N, at.index) - mct_matrix_read<m>(G + at.point * n, N, at.index);
    const mct_matrix<m> W_inverse = mct_matrix_read<m>(v.W_inverse + state, N, at.index);
    mct_matrix_write(H * W_inverse, v.left + state, N, at.index);
    mct_matrix_write(W_inverse * H, v.right + state, N, at.index);
}

/* out = left A right, or left^T A right^T */
template <int m>
__global__ void sandwich_kernel(mct_cuda_view v, size_t first, const double *in, bool transposed, double *out) {
    const size_t N = (size_t)v.N, n = m * m * N;
    const mct_cuda_item at = mct_cuda_item_of(N);
    if (at.index >= N) return;
    const size_t state = (first + at.point) * n;
    mct_matrix<m> left = mct_matrix_read<m>(v.left + state, N, at.index);
    mct_matrix<m> right = mct_matrix_read<m>(v.right + state, N, at.index);
    if (transposed) left = mct_matrix_transpose(left), right = mct_matrix_transpose(right);
    mct_matrix_write(left * mct_matrix_read<m>(in + at.point * n, N, at.index) * right, out + at.point * n, N,
                     at.index);
}

/* The largest over a point of |left| |M| |right| + |H| |S^-1| |G| / 2 in the weight; one block per point. */
__global__ static void sensitivity_kernel(mct_cuda_view v, size_t first, const double *M, const double *G,
                                          double *result) {
    const size_t N = (size_t)v.N, m = (size_t)v.m, n = m * m * N, state = (first + blockIdx.x) * n;
    const double *S = v.S + state, *S_inverse = v.S_inverse + state, *left = v.left + state, *right = v.right + state;
    M += blockIdx.x * n;
    G += blockIdx.x * n;
    double largest = 0.0;
    for (size_t at = threadIdx.x; at < n; at += blockDim.x) {
        const size_t i = at % N, mu = at / N / m, nu = at / N % m;
        double sum = 0.0;
        for (size_t k = 0; k < m; k++) {
            const size_t in = (mu * m + k) * N + i;
            for (size_t l = 0; l < m; l++) {
                const size_t mid = (k * m + l) * N + i, out = (l * m + nu) * N + i;
                sum += fabs(left[in] * M[mid] * right[out]) + 0.5 * fabs((S[in] - G[in]) * S_inverse[mid] * G[out]);
            }
        }
        const double value = sum * v.weight[state + at];
        if (value > largest) largest = value; /* a NaN is passed over */
    }
    largest = mct_cuda_block_max(largest);
    if (threadIdx.x == 0) result[blockIdx.x] = largest;
}

void mct_cuda_glass_map(void *state, size_t first, size_t count, const double *M, double *G) {
    mct_cuda *cuda = mct_cuda_ready(state);
    MCT_CUDA_LAUNCH(cuda, cuda->view.m, glass_map_kernel, mct_cuda_over(cuda->N, count), cuda->view, first, M, G);
}

void mct_cuda_glass_linearise(void *state, size_t first, size_t count, const double *G) {
    mct_cuda *cuda = mct_cuda_ready(state);
    MCT_CUDA_LAUNCH(cuda, cuda->view.m, glass_linearise_kernel, mct_cuda_over(cuda->N, count), cuda->view, first, G);
}

void mct_cuda_glass_derivative(void *state, size_t first, size_t count, const double *dM, double *dG) {
    mct_cuda *cuda = mct_cuda_ready(state);
    MCT_CUDA_LAUNCH(cuda, cuda->view.m, sandwich_kernel, mct_cuda_over(cuda->N, count), cuda->view, first, dM, false,
                    dG);
}

void mct_cuda_glass_adjoint(void *state, size_t first, size_t count, const double *l, double *w) {
    mct_cuda *cuda = mct_cuda_ready(state);
    MCT_CUDA_LAUNCH(cuda, cuda->view.m, sandwich_kernel, mct_cuda_over(cuda->N, count), cuda->view, first, l, true, w);
}

void mct_cuda_glass_sensitivity(void *state, size_t first, size_t count, const double *M, const double *G,
                                double *out) {
    mct_cuda *cuda = mct_cuda_ready(state);
    mct_cuda_note(cuda, launch<sensitivity_kernel>({(unsigned)count, BLOCK}, mct_cuda_stream(), cuda->view, first, M, G,
                                                   cuda->result));
    mct_cuda_results(cuda, count, out);
}
