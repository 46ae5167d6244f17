/* backend_cuda.h: the operations of the CUDA backend, as src/backend/backend.h describes them: what its table holds. */
#ifndef MCT_BACKEND_CUDA_H
#define MCT_BACKEND_CUDA_H

#ifdef __cplusplus
#include <math.h>
#include <stdlib.h>
extern "C" {
#endif

#include "backend/backend.h"

/* Before anything else of CUDA: leaves this process one of the devices of its node (process_device.cu). */
void mct_cuda_choose_process_device(void);
/* Which one the process of this number on the node takes, of the comma-separated list `visible` or, where that is NULL, of
 * `count`; false: there is nothing to choose. */
bool mct_cuda_device_of_process(const char *visible, size_t count, size_t number, char *device, size_t size);
mct_status mct_cuda_available(mct_context *context);
size_t mct_cuda_devices(size_t count, mct_device *devices);
void mct_cuda_describe(mct_context *context, char *text, size_t size);
mct_kernel_algorithm mct_cuda_choose(const mct_shape *shape);
size_t mct_cuda_memory_needed(const mct_shape *shape);
size_t mct_cuda_memory_available(void);
mct_status mct_cuda_create(mct_context *context, const mct_shape *shape, void *share, void **state);
void mct_cuda_destroy(void *state);
mct_status mct_cuda_check(mct_context *context, void *state);
mct_status mct_cuda_set_statics(mct_context *context, void *state, size_t point, const mct_statics *statics);
double *mct_cuda_allocate(size_t count);
void mct_cuda_copy(size_t count, const double *from, double *to);
mct_status mct_cuda_multiply(mct_context *context, int n, const double *A, const double *B, double *C);
void mct_cuda_release(double *array);
void mct_cuda_upload(double *to, const double *from, size_t count);
void mct_cuda_download(double *to, const double *from, size_t count);
void mct_cuda_apply(void *state, size_t first, size_t count, const double *F, const double *G, double *M);
void mct_cuda_linearise(void *state, size_t first, size_t count, const double *F, double *M);
void mct_cuda_derivative(void *state, size_t first, size_t count, const double *d, double *dM);
void mct_cuda_adjoint(void *state, size_t first, size_t count, const double *l, double *w);
void mct_cuda_glass_map(void *state, size_t first, size_t count, const double *M, double *G);
void mct_cuda_glass_linearise(void *state, size_t first, size_t count, const double *G);
void mct_cuda_glass_derivative(void *state, size_t first, size_t count, const double *dM, double *dG);
void mct_cuda_glass_adjoint(void *state, size_t first, size_t count, const double *l, double *w);
void mct_cuda_glass_sensitivity(void *state, size_t first, size_t count, const double *M, const double *G, double *out);
void mct_cuda_dot(void *state, size_t first, size_t count, const double *x, const double *y, double *out);
void mct_cuda_max_norm(void *state, size_t first, size_t count, const double *x, double *out);
void mct_cuda_weigh(void *state, size_t first, size_t count, int inverse, double *x);
void mct_cuda_axpby(void *state, size_t first, size_t count, const double *a, const double *x, const double *b,
                    double *y);

extern const mct_evolution_operations mct_cuda_evolution_operations;

#ifdef MCT_CUDA_BACKEND
extern const mct_backend MCT_CUDA_BACKEND;
#endif

#ifdef __cplusplus
}
#endif
#endif
