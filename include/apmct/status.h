/* status.h: what a library function can return.
 *
 * One list yields the enum, the stable names (JSON key "status"), the exit status of the command and a
 * sentence.  Details (which file, key, point, value) are in the context, see context.h.
 *
 * NULL is MCT_ARGUMENT for every pointer that a header does not allow to be NULL, but for contexts: without one there
 * are no details.  Functions that destroy or close take NULL. */
#ifndef APMCT_STATUS_H
#define APMCT_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

/* X(enumerator, stable name, exit status of the command, sentence) */
#define MCT_STATUS_LIST(X)                                                        \
    X(MCT_OK, "ok", 0, "done")                                                    \
    X(MCT_NOT_CONVERGED, "not_converged", 1, "an iteration did not converge")     \
    X(MCT_NON_FINITE, "non_finite", 1, "a value became infinite or not a number") \
    X(MCT_UNPHYSICAL, "unphysical", 1, "outside of the equations' domain")        \
    X(MCT_INTERRUPTED, "interrupted", 1, "interrupted")                           \
    X(MCT_USAGE, "usage", 2, "bad command line")                                  \
    X(MCT_CONFIG, "config", 2, "bad configuration")                               \
    X(MCT_ARGUMENT, "argument", 2, "an argument is outside its range")            \
    X(MCT_MEMORY, "memory", 1, "not enough memory")                               \
    X(MCT_FILE, "file", 3, "a file cannot be read or written")                    \
    X(MCT_FORMAT, "format", 3, "a file does not hold what was asked for")         \
    X(MCT_BACKEND, "backend", 4, "the backend or its device is not usable")

typedef enum mct_status {
#define MCT_STATUS_ENUM(enumerator, name, exit_status, sentence) enumerator,
    MCT_STATUS_LIST(MCT_STATUS_ENUM)
#undef MCT_STATUS_ENUM
        MCT_STATUS_COUNT
} mct_status;

/* Stable name, e.g. "not_converged"; static storage.  "unknown" for a value outside the list. */
const char *mct_status_name(mct_status status);

/* One sentence in English; static storage. */
const char *mct_status_sentence(mct_status status);

/* Exit status of the command: 0 done, 1 numerics or memory, 2 command line or configuration, 3 files, 4 backend. */
int mct_status_exit(mct_status status);

/* Return from the calling function with the status of `call` unless it is MCT_OK. */
#define MCT_TRY(call)                                          \
    do {                                                       \
        mct_status mct_try_status_ = (call);                   \
        if (mct_try_status_ != MCT_OK) return mct_try_status_; \
    } while (0)

/* Jump to the label `cleanup` with `status` set unless `call` gives MCT_OK; for functions that own things. */
#define MCT_TRY_CLEANUP(call)               \
    do {                                    \
        status = (call);                    \
        if (status != MCT_OK) goto cleanup; \
    } while (0)

#ifdef __cplusplus
}
#endif
#endif
