/* signal.cpp: what the processor refused, told in terms of the device. */
#include <signal.h>
#include <stdlib.h>

#include "internal.h"

namespace cuda_host {

static struct sigaction previous[2];

[[noreturn]] static void fault_device(const void *address) {
    const address_text what = describe_device(address);
    if (current) fault("access to %s", what.text);
    if (memory_accessible()) fault("a copy, product or transform accesses %s", what.text);
    fault("the host accesses device memory directly: %s", what.text);
}

static void handle(int number, siginfo_t *information, void *context) {
    (void)context;
    const void *address = information->si_addr;
    bool in;
    size_t offset;
    if (is_device(address)) fault_device(address);
    if (stack_overflown(address)) fault("the stack of the thread is full");
    if (shared_find(address, 1, &in, &offset)) fault("access beyond the end of the shared memory");
    /* not ours: the instruction is tried again and meets the handler that was there before */
    sigaction(number, &previous[number == SIGBUS], NULL);
}

/* On a stack of its own, since that of a thread may be what is full. */
void install_signal_handler() {
    static char stack[64 * 1024];
    stack_t now, wanted = {};
    if (!sigaltstack(NULL, &now) && (now.ss_flags & SS_DISABLE)) {
        wanted.ss_sp = stack;
        wanted.ss_size = sizeof stack;
        sigaltstack(&wanted, NULL);
    }
    struct sigaction action = {};
    action.sa_sigaction = handle;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, &previous[0]);
    sigaction(SIGBUS, &action, &previous[1]);
}

} // namespace cuda_host
