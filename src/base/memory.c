/* memory.c: see memory.h. */
#include "base/memory.h"

#include <stdio.h>
#include <unistd.h>

size_t mct_memory_available(void) {
    const size_t all = (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
    FILE *file = fopen("/proc/meminfo", "r");
    if (!file) return all;
    char line[128];
    unsigned long long kilobytes = 0;
    while (fgets(line, sizeof line, file) && sscanf(line, "MemAvailable: %llu", &kilobytes) != 1) {
    }
    fclose(file);
    return kilobytes ? (size_t)kilobytes * 1024 : all;
}
