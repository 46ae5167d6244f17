/* analyzer.h: read by clang-tidy before every file except src/base/context.c.  Tells it what it cannot see from one
 * file: mct_fail returns the status that it was given. */
#include "apmct/context.h"
#define mct_fail(context, status, ...) ((void)(mct_fail)(context, status, __VA_ARGS__), (status))
