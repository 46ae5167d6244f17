/* context_child.h: a context for one of several threads that work for a caller's context. */
#ifndef MCT_CONTEXT_CHILD_H
#define MCT_CONTEXT_CHILD_H

#include "apmct/context.h"

/* A context with an error of its own; it is interrupted when `parent` is, its warnings go to the parent's listener, its
 * progress nowhere.  Errors: MCT_MEMORY.  Caller owns *child, which must not outlive `parent`. */
mct_status mct_context_create_child(mct_context *parent, int threads, mct_context **child);

#endif
