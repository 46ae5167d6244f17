/* config_axes.h: sections sweep.over and sweep.zip as lists of keys and values. */
#ifndef MCT_CONFIG_AXES_H
#define MCT_CONFIG_AXES_H

#include "apmct/config.h"

/* Keys that go together: one of `over`, or all of `zip`. */
typedef struct mct_axis {
    size_t count, key_count;
    size_t first; /* of its keys in the list */
} mct_axis;

typedef struct mct_axes {
    size_t axis_count, key_count;
    mct_axis *axes;  /* [axis_count], zip first, then as they are written */
    char **keys;     /* [key_count] */
    char ***values;  /* [key_count][count of its axis], as in a configuration file */
    size_t *axis_of; /* [key_count] */
} mct_axes;

/* Errors: MCT_CONFIG (nothing to vary; more than MCT_SWEEP_POINTS_MAX points, with their number), MCT_MEMORY.  Owned
 * by the caller: mct_axes_clear, whatever is returned. */
mct_status mct_axes_read(mct_context *context, const mct_config *config, mct_axes *axes);
void mct_axes_clear(mct_axes *axes);

#endif
