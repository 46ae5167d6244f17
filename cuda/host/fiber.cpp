/* fiber.cpp: see fiber.h. */
#include "fiber.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef CUDA_HOST_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace cuda_host {

/* ---- stacks ----------------------------------------------------------------------------------------------------- */

/* Touched pages only are real.  The sanitizer's frames are larger. */
#ifdef CUDA_HOST_ASAN
static const size_t stack_size = 256 * 1024;
#else
static const size_t stack_size = 64 * 1024;
#endif

static size_t page() {
    return (size_t)sysconf(_SC_PAGESIZE);
}

fiber_stack fiber_stack_create() {
    const size_t all = stack_size + page();
    void *memory = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory, page(), PROT_NONE)) {
        perror("cuda-host: no memory for the stack of a thread");
        abort();
    }
    return {(char *)memory + page(), stack_size};
}

void fiber_stack_destroy(fiber_stack stack) {
    munmap(stack.low - page(), stack.size + page());
}

bool fiber_stack_overflown(fiber_stack stack, const void *address) {
    return (const char *)address < stack.low && (const char *)address >= stack.low - page();
}

/* ---- the switch ------------------------------------------------------------------------------------------------- */

#ifdef CUDA_HOST_UCONTEXT

static void swap(fiber &from, fiber &to) {
    swapcontext(&from.context, &to.context);
}

static void prepare(fiber &fiber, fiber_stack stack, void (*entry)()) {
    getcontext(&fiber.context);
    fiber.context.uc_stack.ss_sp = stack.low;
    fiber.context.uc_stack.ss_size = stack.size;
    fiber.context.uc_link = NULL;
    makecontext(&fiber.context, entry, 0);
}

#else

/* cuda_host_swap(&save, load): pushes the registers that a function must preserve, exchanges the stack pointers, pops. */
extern "C" void cuda_host_swap(void **save, void *load);

#ifdef __x86_64__
asm(R"(
    .text
    .globl cuda_host_swap
    .hidden cuda_host_swap
    .type cuda_host_swap, @function
cuda_host_swap:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
    .size cuda_host_swap, . - cuda_host_swap
)");
enum { RETURN_ADDRESS = 6, FRAME = 8 }; /* in words; above the return address the one of a caller: 0 */
#else
asm(R"(
    .text
    .globl cuda_host_swap
    .hidden cuda_host_swap
    .type cuda_host_swap, %function
cuda_host_swap:
    sub sp, sp, #160
    stp x19, x20, [sp]
    stp x21, x22, [sp, #16]
    stp x23, x24, [sp, #32]
    stp x25, x26, [sp, #48]
    stp x27, x28, [sp, #64]
    stp x29, x30, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mov x9, sp
    str x9, [x0]
    mov sp, x1
    ldp x19, x20, [sp]
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #160
    ret
    .size cuda_host_swap, . - cuda_host_swap
)");
enum { RETURN_ADDRESS = 11, FRAME = 20 };
#endif

static void swap(fiber &from, fiber &to) {
    cuda_host_swap(&from.stack_pointer, to.stack_pointer);
}

/* The frame of a call of cuda_host_swap that returns to the first instruction of `entry`. */
static void prepare(fiber &fiber, fiber_stack stack, void (*entry)()) {
    uintptr_t *frame = (uintptr_t *)(stack.low + stack.size) - FRAME;
    memset(frame, 0, FRAME * sizeof *frame);
    frame[RETURN_ADDRESS] = (uintptr_t)entry;
    fiber.stack_pointer = frame;
}

#endif

/* ---- with word to the address sanitizer ---------------------------------------------------------------------------- */

void fiber_prepare(fiber &fiber, fiber_stack stack, void (*entry)()) {
#ifdef CUDA_HOST_ASAN /* what an earlier computation left on this stack */
    __asan_unpoison_memory_region(stack.low, stack.size);
#endif
    fiber.low = stack.low;
    fiber.size = stack.size;
    fiber.fake_stack = NULL;
    prepare(fiber, stack, entry);
}

void fiber_switch(fiber &from, fiber &to) {
#ifdef CUDA_HOST_ASAN
    __sanitizer_start_switch_fiber(&from.fake_stack, to.low, to.size);
#endif
    swap(from, to);
#ifdef CUDA_HOST_ASAN
    __sanitizer_finish_switch_fiber(from.fake_stack, NULL, NULL);
#endif
}

void fiber_leave(fiber &from, fiber &to) {
#ifdef CUDA_HOST_ASAN
    __sanitizer_start_switch_fiber(NULL, to.low, to.size);
#endif
    swap(from, to);
    abort();
}

void fiber_entered(fiber &from) {
#ifdef CUDA_HOST_ASAN
    __sanitizer_finish_switch_fiber(NULL, &from.low, &from.size);
#else
    (void)from;
#endif
}

} // namespace cuda_host
