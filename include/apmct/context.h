/* context.h: the error, the messages, the threads and the interruption of one user of the library.
 *
 * A context belongs to one thread at a time; the library's own OpenMP threads report through it under a
 * lock.  Nothing is global: two contexts do not see each other. */
#ifndef APMCT_CONTEXT_H
#define APMCT_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "apmct/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mct_context mct_context;

typedef enum mct_message_kind { MCT_MESSAGE_WARNING, MCT_MESSAGE_PROGRESS } mct_message_kind;

/* Receives warnings and progress lines; `text` is borrowed for the call and carries no newline. */
typedef void (*mct_message_function)(void *user, mct_message_kind kind, const char *text);

/* A new context with as many threads as OpenMP would use.  Errors: MCT_MEMORY.  Caller owns *context. */
mct_status mct_context_create(mct_context **context);
void mct_context_destroy(mct_context *context);

/* Text of the last failure ("" if none): what, where, which value, which range.  Owned by the context,
 * valid until the next failure. */
const char *mct_context_error(const mct_context *context);
mct_status mct_context_status(const mct_context *context);
/* Forgets the last failure and a request to stop. */
void mct_context_clear(mct_context *context);

/* Where warnings and progress go; NULL (default): nowhere. */
void mct_context_set_messages(mct_context *context, mct_message_function function, void *user);

/* Number of threads that the library may use, >= 1; 0 restores the default.  Results do not depend on it. */
void mct_context_set_threads(mct_context *context, int threads);
int mct_context_threads(const mct_context *context);

/* Ask what is running to stop at the next safe place with MCT_INTERRUPTED; async-signal-safe.  Lasts until
 * mct_context_clear. */
void mct_context_interrupt(mct_context *context);
bool mct_context_interrupted(const mct_context *context);

/* Record a failure and return its status: `return mct_fail(context, MCT_CONFIG, "...", ...)`.
 * context may be NULL (then only the status is returned).  The text becomes one line: control characters are written
 * as \n, \x1B. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
mct_status
mct_fail(mct_context *context, mct_status status, const char *format, ...);

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void mct_tell(mct_context *context, mct_message_kind kind, const char *format, ...);

#ifdef __cplusplus
}
#endif
#endif
