/* fault.cpp: what is wrong with a program that runs on the simulated device, and the end of it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

namespace cuda_host {

[[noreturn]] static void end(const thread *thread, const char *format, va_list arguments) {
    char text[1024];
    vsnprintf(text, sizeof text, format, arguments);
    fflush(stdout);
    fprintf(stderr, "cuda-host: ");
    if (current) fprintf(stderr, "kernel %s", current->name);
    if (current && here) fprintf(stderr, ", block (%u,%u,%u)", here->index.x, here->index.y, here->index.z);
    if (current && thread) fprintf(stderr, ", thread (%u,%u,%u)", thread->index.x, thread->index.y, thread->index.z);
    fprintf(stderr, "%s%s\n", current ? ": " : "", text);
    abort();
}

void fault(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    end(self, format, arguments);
}

void fault_of(const thread *thread, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    end(thread, format, arguments);
}

place_text describe(place at) {
    place_text out;
    const char *slash = strrchr(at.file, '/');
    snprintf(out.text, sizeof out.text, "%s (%s:%d)", at.operation, slash ? slash + 1 : at.file, at.line);
    return out;
}

} // namespace cuda_host
