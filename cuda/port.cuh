/* port.cuh: CUDA C++ for both of its compilers: nvcc for a device, and a plain C++ compiler for the host (host/).
 *
 * Kernels and the code around them include this and no header of CUDA.  They keep to what both have: launches by
 * launch<kernel>(), shared memory by SHARED_ARRAY and SHARED_DYNAMIC, explicit masks in warp operations, no PTX. */
#ifndef MCT_PORT_CUH
#define MCT_PORT_CUH

#include <utility>

#ifdef __CUDACC__
#include <cooperative_groups.h>
#include <cuda_runtime.h>
#else
#include "host/device.h"
#include "host/runtime.h"
#endif

enum { WARP_SIZE = 32 };
#define FULL_WARP 0xffffffffu

/* Before a loop whose turns must all be written out, so that registers are not indexed. */
#ifdef __CUDACC__
#define UNROLL _Pragma("unroll")
#else
#define UNROLL
#endif

/* How a kernel is launched. */
struct launch_shape {
    dim3 blocks, threads;
    size_t shared = 0;        /* dynamic shared memory, bytes */
    bool cooperative = false; /* all blocks at a time, for grid_sync */
};

template <class Function> struct parameters_of;
template <class... Parameters> struct parameters_of<void (*)(Parameters...)> {
    template <class Use> static cudaError_t pass(Use use, Parameters... values) {
        return use(values...);
    }
};

#ifdef __CUDACC__

/* T *name: `count` values in the shared memory of the block; or all of the dynamic one. */
#define SHARED_ARRAY(T, name, count) __shared__ T name[count]
#define SHARED_DYNAMIC(T, name)                                    \
    extern __shared__ __align__(16) unsigned char shared_bytes_[]; \
    T *const name = reinterpret_cast<T *>(shared_bytes_)

/* Waits for all threads of a cooperative grid. */
__device__ inline void grid_sync() {
    cooperative_groups::this_grid().sync();
}

/* Enqueues kernel(arguments...). */
template <auto kernel, class... Arguments>
cudaError_t launch(const launch_shape &shape, cudaStream_t stream, Arguments... arguments) {
    cudaLaunchAttribute cooperative = {};
    cooperative.id = cudaLaunchAttributeCooperative;
    cooperative.val.cooperative = 1;
    cudaLaunchConfig_t config = {};
    config.gridDim = shape.blocks;
    config.blockDim = shape.threads;
    config.dynamicSmemBytes = shape.shared;
    config.stream = stream;
    config.attrs = &cooperative;
    config.numAttrs = shape.cooperative ? 1 : 0;
    return parameters_of<decltype(kernel)>::pass(
        [&](auto... values) { return cudaLaunchKernelEx(&config, kernel, values...); }, arguments...);
}

#else

template <auto kernel, class... Arguments>
cudaError_t launch(const launch_shape &shape, cudaStream_t stream, Arguments... arguments) {
    static const std::string name = cuda_host::kernel_name(__PRETTY_FUNCTION__);
    return parameters_of<decltype(kernel)>::pass(
        [&](auto... values) {
            return cuda_host::launch_kernel({name, reinterpret_cast<const void *>(kernel), shape.blocks, shape.threads,
                                             shape.shared, shape.cooperative, [=] { kernel(values...); }},
                                            stream);
        },
        arguments...);
}

#endif

#endif
