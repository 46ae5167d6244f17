/* fourier_adjoint.cu: the transpose of the correlations by fast Fourier transform (fourier.cu), as
 * cpu/kernel/fourier.c.
 *
 * join (one thread per element of a sequence), product_adjoint (one per function and frequency; reads the images and spectra
 * of all components), unload (one per function and wave number), with the transforms between them. */
#include "kernel/fourier.cuh"

/* Sequences [count][mm][3][L] from the weights of the increments. */
__global__ static void join_kernel(mct_cuda_view v, mct_sequences s, const double *increment, double *real) {
    const size_t L = s.length, lags = (size_t)v.lags, work = (size_t)v.mm * 3 * L, pitch = (size_t)v.N + 2;
    const mct_cuda_item at = mct_cuda_item_of(work);
    if (at.index >= work) return;
    const size_t row = at.point * (size_t)v.mm * 3 + at.index / L, i = at.index % L, lag = i < lags ? i : L - i;
    const double *P = increment + row / 3 * 4 * pitch;
    double value = 0.0;
    if (row % 3 == 0) {
        if (i == 0) {
            value = P[0];
        } else if (lag < lags) {
            value = 0.5 * (P[lag] + (i < lags ? P[pitch + lag] : -P[pitch + lag]));
        }
    } else if (i < lags) {
        value = P[(row % 3 + 1) * pitch + i];
    }
    real[row * L + i] = value;
}

/* Adjoint of product: spectra of the adjoint functions; one thread gathers what all components give. */
__global__ static void product_adjoint_kernel(mct_cuda_view v, mct_sequences s, size_t first, const double2 *kept,
                                              const double2 *spectra, double2 *out) {
    const size_t functions = (size_t)v.functions_max, work = functions * s.half;
    const mct_cuda_item at = mct_cuda_item_of(work);
    if (at.index >= work) return;
    const int f = (int)(at.index / s.half);
    const size_t m = at.index % s.half;
    const double2 *const images = kept + at.point * functions * s.image;
    double C = 0.0, S = 0.0;
    for (int c = 0; c < v.mm; c++) {
        const mct_cuda_term term = mct_cuda_term_of(v.rank_one[first + at.point], v.m, c);
        const mct_four g = mct_pick(images, images, term, s.image);
        const double2 *from = spectra + (at.point * (size_t)v.mm + (size_t)c) * 3 * s.pitch + m;
        const double sum = from[0].x + from[2 * s.pitch].x, diff = from[0].x - from[2 * s.pitch].x, odd = from[0].y,
                     K3 = from[s.pitch].x;
        const double2 x = mct_coefficients(s, g.x, m), y = mct_coefficients(s, g.y, m), u = mct_coefficients(s, g.u, m),
                      w = mct_coefficients(s, g.v, m);
        if (term.x == f) C += K3 * y.x - odd * y.y, S += sum * y.y + odd * y.x;
        if (term.y == f) C += K3 * x.x + odd * x.y, S += sum * x.y - odd * x.x;
        if (term.u == f) C -= K3 * w.x, S += diff * w.y;
        if (term.v == f) C -= K3 * u.x, S += diff * u.y;
    }
    const double cosine = s.cosine[m], sine = s.sine[m];
    out[(at.point * functions + (size_t)f) * s.image + m] = make_double2(C * cosine + S * sine, C * sine - S * cosine);
}

__global__ static void unload_kernel(mct_cuda_view v, mct_sequences s, const double *z, double *function) {
    const size_t L = s.length, N = (size_t)v.N, work = (size_t)v.functions_max * N;
    const mct_cuda_item at = mct_cuda_item_of(work);
    if (at.index >= work) return;
    const size_t row = at.point * (size_t)v.functions_max + at.index / N, j = at.index % N;
    const double front = z[row * L + j], back = z[row * L + L - 1 - j];
    function[row * N + j] = v.k[j] * ((front - back) + v.balance * v.k[j] * (front + back));
}

/* The spectra of the adjoint functions take the place of the images that are not kept. */
void mct_fourier_adjoint(mct_cuda *cuda, size_t first, size_t count, const double *l, const double *kept) {
    const mct_sequences s = mct_sequences_of(cuda);
    const mct_fourier_work w = mct_fourier_work_of(cuda);
    const mct_cuda_view &v = cuda->view;
    const size_t mm = (size_t)v.mm, functions = cuda->functions_max;
    const cudaStream_t stream = mct_cuda_stream();
    double2 *const adjoints = (double2 *)cuda->image;
    mct_cuda_assemble_adjoint(cuda, first, count, l);
    mct_cuda_note(cuda, launch<join_kernel>(mct_cuda_over(3 * mm * s.length, count), stream, v, s,
                                            (const double *)cuda->increment, w.real));
    mct_transform_increments(cuda, count, true, w.spectra, w.real);
    mct_cuda_note(cuda, launch<product_adjoint_kernel>(mct_cuda_over(functions * s.half, count), stream, v, s, first,
                                                       (const double2 *)kept, (const double2 *)w.spectra, adjoints));
    mct_transform_functions(cuda, first, count, functions, false, adjoints, w.real);
    mct_cuda_note(cuda, launch<unload_kernel>(mct_cuda_over(functions * cuda->N, count), stream, v, s,
                                              (const double *)w.real, cuda->function));
}
