/* backend.h: where the numerics run. */
#ifndef APMCT_BACKEND_H
#define APMCT_BACKEND_H

#include "apmct/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Number of backends of this build and their names ("cpu", ...); static storage, NULL beyond the last. */
size_t mct_backend_count(void);
const char *mct_backend_name(size_t index);

/* One line about what the backend would use ("2 threads, avx512", ...) into text[size]. */
void mct_backend_describe(mct_context *context, size_t index, char *text, size_t size);

/* The name that `auto` or `name` resolves to.  Errors: MCT_BACKEND naming the known ones. */
mct_status mct_backend_resolve(mct_context *context, const char *name, const char **resolved);

#ifdef __cplusplus
}
#endif
#endif
