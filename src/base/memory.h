/* memory.h: the memory of this machine. */
#ifndef MCT_MEMORY_H
#define MCT_MEMORY_H

#include <stddef.h>

/* Bytes that can be had without swapping: MemAvailable where the system tells, else all there is. */
size_t mct_memory_available(void);

#endif
