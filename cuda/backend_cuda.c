/* backend_cuda.c: the row of the backend table; in C, since C++17 has no designated initialisers.
 * MCT_CUDA_BACKEND and MCT_CUDA_NAME: mct_backend_cuda_host and "cuda-host" for the host, mct_backend_cuda and "cuda" else. */
#include "backend_cuda.h"

#include "apmct/version.h"
#include "backend/backend_module.h"

const mct_backend MCT_CUDA_BACKEND = {
    .name = MCT_CUDA_NAME,
    .available = mct_cuda_available,
    .describe = mct_cuda_describe,
    .devices = mct_cuda_devices,
    .choose = mct_cuda_choose,
    .memory_needed = mct_cuda_memory_needed,
    .memory_available = mct_cuda_memory_available,
    .create = mct_cuda_create,
    .destroy = mct_cuda_destroy,
    .check = mct_cuda_check,
    .set_statics = mct_cuda_set_statics,
    .allocate = mct_cuda_allocate,
    .release = mct_cuda_release,
    .upload = mct_cuda_upload,
    .download = mct_cuda_download,
    .apply = mct_cuda_apply,
    .linearise = mct_cuda_linearise,
    .derivative = mct_cuda_derivative,
    .adjoint = mct_cuda_adjoint,
    .glass_map = mct_cuda_glass_map,
    .glass_linearise = mct_cuda_glass_linearise,
    .glass_derivative = mct_cuda_glass_derivative,
    .glass_adjoint = mct_cuda_glass_adjoint,
    .glass_sensitivity = mct_cuda_glass_sensitivity,
    .dot = mct_cuda_dot,
    .max_norm = mct_cuda_max_norm,
    .weigh = mct_cuda_weigh,
    .axpby = mct_cuda_axpby,
    .copy = mct_cuda_copy,
    .multiply = mct_cuda_multiply,
    .evolution = &mct_cuda_evolution_operations,
};

const mct_backend *mct_module_backend(const char **version, size_t *size) {
    *version = MCT_VERSION_STRING;
    *size = sizeof(mct_backend);
    return &MCT_CUDA_BACKEND;
}
