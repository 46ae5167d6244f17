/* need.h: what a public function cannot do without. */
#ifndef MCT_NEED_H
#define MCT_NEED_H

#include "apmct/context.h"

/* At the top of a public function: returns from it with MCT_ARGUMENT and a message ("mct_grid_check: grid is NULL")
 * where one of these pointers is NULL.  context: NULL is allowed, as in mct_fail. */
#define MCT_NEED(context, ...)                                                              \
    MCT_TRY(mct_need((context), __func__, #__VA_ARGS__, (const void *const[]){__VA_ARGS__}, \
                     sizeof((const void *const[]){__VA_ARGS__}) / sizeof(void *)))

/* names: of pointers[count], with commas between.  Errors: MCT_ARGUMENT. */
mct_status mct_need(mct_context *context, const char *function, const char *names, const void *const *pointers,
                    size_t count);

#endif
