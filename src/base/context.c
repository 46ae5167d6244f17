/* context.c: the error, the messages, the threads and the interruption of one user of the library. */
#include "apmct/context.h"

#include "base/context_child.h"
#include "base/text.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef _OPENMP
#include <omp.h>
#endif

enum { ERROR_LENGTH = 2048, MESSAGE_LENGTH = 1024 };

struct mct_context {
    pthread_mutex_t lock; /* OpenMP threads of the library report through one context */
    mct_status status;
    char error[ERROR_LENGTH];
    mct_message_function message;
    void *user;
    int threads;             /* 0: what OpenMP would use */
    atomic_bool interrupted; /* lock-free, so that a signal handler may set it */
    mct_context *parent;     /* of a child, else NULL */
};

mct_status mct_context_create(mct_context **context) {
    if (!context) return MCT_ARGUMENT;
    mct_context *fresh = calloc(1, sizeof *fresh);

    *context = NULL;
    if (!fresh) return MCT_MEMORY;
    if (pthread_mutex_init(&fresh->lock, NULL) != 0) {
        free(fresh);
        return MCT_MEMORY;
    }
    atomic_init(&fresh->interrupted, false);
    *context = fresh;
    return MCT_OK;
}

void mct_context_destroy(mct_context *context) {
    if (!context) return;
    pthread_mutex_destroy(&context->lock);
    free(context);
}

const char *mct_context_error(const mct_context *context) {
    return context ? context->error : "";
}

mct_status mct_context_status(const mct_context *context) {
    return context ? context->status : MCT_OK;
}

void mct_context_clear(mct_context *context) {
    if (!context) return;
    pthread_mutex_lock(&context->lock);
    context->status = MCT_OK;
    context->error[0] = '\0';
    atomic_store(&context->interrupted, false);
    pthread_mutex_unlock(&context->lock);
}

void mct_context_set_messages(mct_context *context, mct_message_function function, void *user) {
    pthread_mutex_lock(&context->lock);
    context->message = function;
    context->user = user;
    pthread_mutex_unlock(&context->lock);
}

void mct_context_set_threads(mct_context *context, int threads) {
    context->threads = threads > 0 ? threads : 0;
}

int mct_context_threads(const mct_context *context) {
    if (context && context->threads > 0) return context->threads;
#ifdef _OPENMP
    return omp_get_max_threads();
#else
    return 1;
#endif
}

void mct_context_interrupt(mct_context *context) {
    atomic_store(&context->interrupted, true);
}

bool mct_context_interrupted(const mct_context *context) {
    return context && (atomic_load(&context->interrupted) || mct_context_interrupted(context->parent));
}

static void tell_parent(void *user, mct_message_kind kind, const char *text) {
    if (kind == MCT_MESSAGE_WARNING) mct_tell(user, kind, "%s", text);
}

mct_status mct_context_create_child(mct_context *parent, int threads, mct_context **child) {
    if (mct_context_create(child) != MCT_OK) return mct_fail(parent, MCT_MEMORY, "not enough memory for a context");
    (*child)->parent = parent;
    mct_context_set_threads(*child, threads);
    mct_context_set_messages(*child, tell_parent, parent);
    return MCT_OK;
}

mct_status mct_fail(mct_context *context, mct_status status, const char *format, ...) {
    char text[ERROR_LENGTH]; /* apart, because an argument may be the context's own text */
    va_list arguments;

    if (!context) return status;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);

    pthread_mutex_lock(&context->lock);
    context->status = status;
    mct_text_line(text, context->error, sizeof context->error);
    pthread_mutex_unlock(&context->lock);
    return status;
}

void mct_tell(mct_context *context, mct_message_kind kind, const char *format, ...) {
    char text[MESSAGE_LENGTH], line[MESSAGE_LENGTH];
    va_list arguments;

    if (!context || !context->message) return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    mct_text_line(text, line, sizeof line);

    pthread_mutex_lock(&context->lock);
    if (context->message) context->message(context->user, kind, line);
    pthread_mutex_unlock(&context->lock);
}
