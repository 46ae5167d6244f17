/* backend.h: where the numerics run. */
#ifndef APMCT_BACKEND_H
#define APMCT_BACKEND_H

#include <stddef.h>

#include "apmct/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Number of backends of this build and their names ("cpu", ...); static storage, NULL beyond the last. */
size_t mct_backend_count(void);
const char *mct_backend_name(size_t index);

/* One line about what the backend would use ("2 threads, avx512", ...) into text[size]. */
void mct_backend_describe(mct_context *context, size_t index, char *text, size_t size);

/* A device that a backend can use.  Peaks: fused multiply-adds counted as two, at the highest clock. */
typedef struct mct_device {
    char name[256];
    size_t memory;     /* bytes */
    int capability[2]; /* compute capability: major, minor */
    int multiprocessors;
    double clock;                    /* Hz, the highest; 0: not known */
    double peak_single, peak_double; /* flop/s of single and of double precision; 0: not known */
    int driver, runtime;             /* versions of CUDA, 1000 major + 10 minor */
} mct_device;

/* Describes the first `count` devices of a backend in devices[count]; returns how many there are, 0 for the host's. */
size_t mct_backend_devices(size_t index, size_t count, mct_device *devices);

/* The name that `name` resolves to for `work` = wave numbers times state points that are treated at once.  `auto` takes a
 * device for much work where one answers, else the CPU; a warning says why where the driver of a device is there and the
 * device is of no use.  Errors: MCT_BACKEND naming the known ones. */
mct_status mct_backend_resolve(mct_context *context, const char *name, size_t work, const char **resolved);

/* From this much work on `auto` takes a device. */
size_t mct_backend_device_from(void);

#ifdef __cplusplus
}
#endif
#endif
