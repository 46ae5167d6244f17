/* need.c: what a public function cannot do without. */
#include "base/need.h"

#include <string.h>

mct_status mct_need(mct_context *context, const char *function, const char *names, const void *const *pointers,
                    size_t count) {
    for (size_t i = 0; i < count; i++) {
        const int length = (int)strcspn(names, ",");

        if (!pointers[i]) return mct_fail(context, MCT_ARGUMENT, "%s: %.*s is NULL", function, length, names);
        names += length;
        names += strspn(names, ", ");
    }
    return MCT_OK;
}
