/* fiber.h: suspended computations on stacks of their own, all within one thread of the operating system.
 *
 * The switch is a dozen instructions for x86-64 and AArch64 (what a called function must preserve, and the stack
 * pointer); elsewhere, or with CUDA_HOST_UCONTEXT defined, it is swapcontext, which is slower by two system calls. */
#ifndef CUDA_HOST_FIBER_H
#define CUDA_HOST_FIBER_H

#include <stddef.h>

#if !defined(CUDA_HOST_UCONTEXT) && !((defined(__x86_64__) || defined(__aarch64__)) && defined(__ELF__))
#define CUDA_HOST_UCONTEXT
#endif
#ifdef CUDA_HOST_UCONTEXT
#include <ucontext.h>
#endif

#if defined(__SANITIZE_ADDRESS__)
#define CUDA_HOST_ASAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CUDA_HOST_ASAN
#endif
#endif

namespace cuda_host {

/* Where a computation stands while another one runs. */
struct fiber {
#ifdef CUDA_HOST_UCONTEXT
    ucontext_t context;
#else
    void *stack_pointer;
#endif
    const void *low; /* its stack, for the address sanitizer */
    size_t size;
    void *fake_stack;
};

/* Memory for a stack with an inaccessible page below; aborts the program if there is none. */
struct fiber_stack {
    char *low;
    size_t size;
};
fiber_stack fiber_stack_create();
void fiber_stack_destroy(fiber_stack stack);
/* Is this address in the page below a stack, so that an access means overflow? */
bool fiber_stack_overflown(fiber_stack stack, const void *address);

/* `entry` starts on `stack` with the first switch to `fiber`; it must end with fiber_leave. */
void fiber_prepare(fiber &fiber, fiber_stack stack, void (*entry)());
/* From the running computation, kept in `from`, to another one. */
void fiber_switch(fiber &from, fiber &to);
/* The same for the last time: `from` cannot be switched to any more. */
[[noreturn]] void fiber_leave(fiber &from, fiber &to);
/* First thing to do in an `entry`: tells the address sanitizer where it came from. */
void fiber_entered(fiber &from);

} // namespace cuda_host

#endif
