/* race_hooks.cpp: kernels compiled with -fsanitize=thread call a function before every access to memory.  These functions
 * are not the sanitizer's but ours, which know what orders the threads of a device (race.cpp).  Not to be compiled with a
 * sanitizer: compilers declare the functions then, each in its own way. */
#include "internal.h"

using namespace cuda_host;

extern "C" {
void __tsan_init();
void __tsan_func_entry(void *);
void __tsan_func_exit();
char __tsan_atomic8_load(const volatile char *address, int order);
void __tsan_read_range(void *address, size_t size);
void __tsan_write_range(void *address, size_t size);

void __tsan_init() {
    race_tracking = true;
}
void __tsan_func_entry(void *) {}
void __tsan_func_exit() {}
char __tsan_atomic8_load(const volatile char *address, int) { /* of function-local statics */
    return *address;
}
void __tsan_read_range(void *address, size_t size) {
    note_read(address, size);
}
void __tsan_write_range(void *address, size_t size) {
    note_write(address, size);
}

#define HOOK(name, note, size) \
    void name(void *address);  \
    void name(void *address) { \
        note(address, size);   \
    }
#define HOOKS(size)                                    \
    HOOK(__tsan_read##size, note_read, size)           \
    HOOK(__tsan_write##size, note_write, size)         \
    HOOK(__tsan_unaligned_read##size, note_read, size) \
    HOOK(__tsan_unaligned_write##size, note_write, size)
HOOKS(1)
HOOKS(2)
HOOKS(4)
HOOKS(8)
HOOKS(16)
}
