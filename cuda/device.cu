/* device.cu: which devices there are, how fast they can be, and why one cannot be used. */
#include <stdio.h>

#include "cuda.cuh"

/* ---- availability ------------------------------------------------------------------------------------------------------- */

static int major_of(int version) {
    return version / 1000;
}

static int minor_of(int version) {
    return version % 1000 / 10;
}

/* What is in the way and what to do about it. */
static void explain(cudaError_t error, int driver, int runtime, char *text, size_t size) {
    if (driver == 0) {
        snprintf(text, size,
                 "no driver of NVIDIA's answers (libcuda.so.1): install one for CUDA %d or later, or use cpu",
                 major_of(runtime));
    } else if (error == cudaErrorInsufficientDriver) {
        snprintf(text, size, "the driver is for CUDA %d.%d, too old for CUDA %d.%d: install a newer one, or use cpu",
                 major_of(driver), minor_of(driver), major_of(runtime), minor_of(runtime));
    } else if (error == cudaSuccess || error == cudaErrorNoDevice) {
        snprintf(text, size,
                 "the driver finds no device: nvidia-smi should list one, CUDA_VISIBLE_DEVICES must not hide it; or "
                 "use cpu");
    } else {
        snprintf(text, size, "%s: see nvidia-smi, or use cpu", cudaGetErrorString(error));
    }
}

/* Whether a device answers; if not, why. */
static bool answers(char *text, size_t size) {
    int count = 0, driver = -1, runtime = 0; /* 0: no driver */
    mct_cuda_choose_process_device();
    (void)cudaRuntimeGetVersion(&runtime);
    (void)cudaDriverGetVersion(&driver);
    const cudaError_t error = cudaGetDeviceCount(&count);
    if (error != cudaSuccess || count < 1) {
        explain(error, driver, runtime, text, size);
        return false;
    }
    if (!mct_cuda_stream()) {
        const cudaError_t last = cudaGetLastError();
        snprintf(text, size, "the device does not answer (%s): see nvidia-smi for who uses it, or use cpu",
                 cudaGetErrorString(last));
        return false;
    }
    return true;
}

mct_status mct_cuda_available(mct_context *context) {
    char text[256];
    return answers(text, sizeof text) ? MCT_OK : mct_fail(context, MCT_BACKEND, "CUDA: %s", text);
}

mct_status mct_cuda_check(mct_context *context, void *state) {
    mct_cuda *cuda = (mct_cuda *)state;
    mct_cuda_note(cuda, cudaStreamSynchronize(mct_cuda_stream())); /* copies tell nobody */
    if (!cuda->error) return MCT_OK;
    return mct_fail(context, MCT_BACKEND, "CUDA: %s; this process can use the device no more: start again, or use cpu",
                    cuda->error);
}

/* ---- devices ------------------------------------------------------------------------------------------------------------ */

/* Fused multiply-adds of a multiprocessor per clock, of single and of double precision: CUDA C++ Programming Guide,
 * "Throughput of Native Arithmetic Instructions". */
static const struct {
    int major, minor, single_precision, double_precision;
} rates[] = {{7, 5, 64, 2},   {8, 0, 64, 32},   {8, 6, 128, 2},  {8, 7, 128, 2},  {8, 9, 128, 2},
             {9, 0, 128, 64}, {10, 0, 128, 64}, {10, 3, 128, 2}, {12, 0, 128, 2}, {12, 1, 128, 2}};

static void set_rates(mct_device *device) {
    const double clocks = 2.0 * device->multiprocessors * device->clock;
    for (const auto &row : rates) {
        if (row.major != device->capability[0] || row.minor != device->capability[1]) continue;
        device->peak_single = row.single_precision * clocks;
        device->peak_double = row.double_precision * clocks;
    }
}

size_t mct_cuda_devices(size_t count, mct_device *devices) {
    int found = 0, driver = 0, runtime = 0;
    mct_cuda_choose_process_device();
    if (cudaGetDeviceCount(&found) != cudaSuccess) return 0;
    (void)cudaRuntimeGetVersion(&runtime);
    (void)cudaDriverGetVersion(&driver);
    for (int d = 0; d < found && (size_t)d < count; d++) {
        mct_device *device = &devices[d];
        cudaDeviceProp properties;
        int kilohertz = 0;
        *device = mct_device();
        device->driver = driver;
        device->runtime = runtime;
        if (cudaGetDeviceProperties(&properties, d) != cudaSuccess) continue;
        (void)cudaDeviceGetAttribute(&kilohertz, cudaDevAttrClockRate, d);
        snprintf(device->name, sizeof device->name, "%s", properties.name);
        device->memory = properties.totalGlobalMem;
        device->capability[0] = properties.major;
        device->capability[1] = properties.minor;
        device->multiprocessors = properties.multiProcessorCount;
        device->clock = 1.0e3 * kilohertz;
        set_rates(device);
    }
    return (size_t)found;
}

void mct_cuda_describe(mct_context *context, char *text, size_t size) {
    (void)context;
    mct_device device;
    if (!answers(text, size) || mct_cuda_devices(1, &device) < 1) return;
    snprintf(text, size, "%s, %d multiprocessors, %.1f GiB", device.name, device.multiprocessors,
             (double)device.memory / 0x1p30);
}
