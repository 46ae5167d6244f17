/* increments.cu: from correlations to M(q) by running sums over q, as src/cpu/increments.c and its loops.
 *
 * One block per point and component.  increment [count][mm][4][N + 2]: P = K1 + K2, O, K3, D = K1 - K2 (O times balance, K3
 * times its square); 32 bytes read and 8 written per wave number, twice over. */
#include "increments.cuh"

__global__ static void assemble_kernel(mct_cuda_view v, size_t first, double *increment, double *M) {
    const size_t pitch = (size_t)v.N + 2, point = blockIdx.x / (unsigned)v.mm, c = blockIdx.x % (unsigned)v.mm;
    mct_assemble(v, first + point, c, increment + blockIdx.x * 4 * pitch, M + blockIdx.x * (size_t)v.N);
}

/* Transposes of the above: weights of a(i) -> of the terms, by sums from the end -> of the increments. */
__device__ static double term_adjoint(const double *e, int N, int i, bool corrected) {
    if (!corrected) return i < N ? e[i] : 0.0;
    const double weight[3] = MCT_CORRECTED_WEIGHTS;
    double sum = 0.0;
    for (int by = -2; by <= 2; by++) { /* the terms that use d(i), also as d(-i) */
        const int distance = by < 0 ? -by : by;
        if (i + by >= 0 && i + by < N) sum += weight[distance] * e[i + by];
        if (i > 0 && by - i >= 0 && by - i < N) sum += weight[distance] * e[by - i];
    }
    return sum;
}

__global__ static void assemble_adjoint_kernel(mct_cuda_view v, size_t first, const double *l, double *increment,
                                               double *work) {
    const size_t pitch = (size_t)v.N + 2, point = blockIdx.x / (unsigned)v.mm, c = blockIdx.x % (unsigned)v.mm;
    double *P = increment + blockIdx.x * 4 * pitch, *O = P + pitch, *K3 = O + pitch, *D = K3 + pitch;
    const double factor =
        v.prefactor[(first + point) * (size_t)v.mm + c] * v.spacing * v.spacing / (16.0 * MCT_PI * MCT_PI);
    double *const d[3] = {P, O, K3};
    double *e = work + blockIdx.x * 3 * pitch;
    l += blockIdx.x * (size_t)v.N;
    double carry[3] = {0.0, 0.0, 0.0};
    for (int start = 0; start < v.N; start += BLOCK) { /* from the end */
        const int i = v.N - 1 - start - (int)threadIdx.x;
        const double q = (i + 0.5) * v.spacing, q2 = q * q, weight = i >= 0 ? factor / q * l[i] : 0.0;
        const double value[3] = {weight * q2 * q2, weight * 2.0 * q2, weight};
        for (int s = 0; s < 3; s++) {
            double total;
            const double sum = carry[s] + mct_block_scan(value[s], &total);
            carry[s] += total;
            if (i >= 0) e[(size_t)s * pitch + (size_t)i] = i ? sum : 0.5 * sum;
        }
    }
    __syncthreads();
    for (int i = (int)threadIdx.x; i < v.N + 2; i += BLOCK) {
        const double mi = i * v.spacing, m2 = mi * mi;
        double w[3];
        for (int s = 0; s < 3; s++) w[s] = term_adjoint(e + (size_t)s * pitch, v.N, i, v.corrected);
        d[0][i] = w[0];
        d[1][i] = -w[1] * mi / v.balance;
        D[i] = m2 * m2 * w[2];
        d[2][i] = w[2] * 4.0 / (v.balance * v.balance) * m2;
    }
}

void mct_cuda_assemble(mct_cuda *cuda, size_t first, size_t count, double *M) {
    mct_cuda_note(cuda, launch<assemble_kernel>({(unsigned)(count * (size_t)cuda->view.mm), BLOCK}, mct_cuda_stream(),
                                                cuda->view, first, cuda->increment, M));
}

void mct_cuda_assemble_adjoint(mct_cuda *cuda, size_t first, size_t count, const double *l) {
    mct_cuda_note(cuda,
                  launch<assemble_adjoint_kernel>({(unsigned)(count * (size_t)cuda->view.mm), BLOCK}, mct_cuda_stream(),
                                                  cuda->view, first, l, cuda->increment, cuda->scratch));
}
