/* archive_shapes.h: whether the datasets of a result file fit together.  Internal to this room. */
#ifndef MCT_ARCHIVE_SHAPES_H
#define MCT_ARCHIVE_SHAPES_H

#include "apmct/archive.h"

/* All shapes that figures rely on.  Errors: MCT_FORMAT. */
mct_status mct_result_check_shapes(mct_context *context, const mct_result *result);

#endif
