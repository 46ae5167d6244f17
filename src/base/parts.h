/* parts.h: loops over the wave numbers of one point that threads share. */
#ifndef MCT_PARTS_H
#define MCT_PARTS_H

#include <omp.h>
#include <stddef.h>

/* The length of a part does not depend on threads: sums are made part by part. */
enum { MCT_PART = 1024 };

static inline size_t mct_parts(size_t size) {
    return (size + MCT_PART - 1) / MCT_PART;
}

static inline size_t mct_part_end(size_t part, size_t size) {
    return (part + 1) * MCT_PART < size ? (part + 1) * MCT_PART : size;
}

/* STATEMENT with `part`, its `first` and `last` (one more) and the number of a `thread`, for all parts of `size`.  No parallel
 * region for one thread, which may itself be one of a team. */
#define MCT_FOR_PARTS(size, threads, STATEMENT)                                                                  \
    {                                                                                                            \
        const size_t parts_ = mct_parts(size);                                                                   \
        const int team_ = (threads);                                                                             \
        if (team_ > 1) {                                                                                         \
            _Pragma("omp parallel for schedule(static) num_threads(team_)") for (size_t part = 0; part < parts_; \
                                                                                 part++) {                       \
                const size_t first = part * MCT_PART, last = mct_part_end(part, size);                           \
                const size_t thread = (size_t)omp_get_thread_num();                                              \
                (void)thread;                                                                                    \
                STATEMENT;                                                                                       \
            }                                                                                                    \
        } else {                                                                                                 \
            for (size_t part = 0; part < parts_; part++) {                                                       \
                const size_t first = part * MCT_PART, last = mct_part_end(part, size), thread = 0;               \
                (void)thread;                                                                                    \
                STATEMENT;                                                                                       \
            }                                                                                                    \
        }                                                                                                        \
    }

#endif
