/* memory.cpp: device memory of the simulated device.
 *
 * Every allocation has pages of its own in a range of addresses reserved for the purpose and ends, up to 15 bytes, where an
 * inaccessible page begins; another one lies before it.  The host may not touch the pages but while an operation runs
 * (struct memory_access).  Freed addresses are inaccessible and are used again only when all have been used. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <map>

#include "internal.h"
#include "stream.h"

namespace cuda_host {

struct allocation {
    char *pages; /* accessible ones; the guards are beside them */
    size_t pages_size, size;
};

char *device_base;
static std::map<const char *, allocation> allocations; /* by address */
static char *next_free;
static size_t in_use;
static int accesses;

static const size_t alignment = 16, guard = 64;

static size_t round_up(size_t value, size_t unit) {
    return (value + unit - 1) / unit * unit;
}

static size_t page() {
    static const size_t size = (size_t)sysconf(_SC_PAGESIZE);
    return size;
}

/* ---- undefined contents ---------------------------------------------------------------------------------------------- */

/* A NaN that is not quiet; as integers, large numbers. */
static const uint64_t undefined = 0x7ff4a5a5a5a5a5a5u;

/* The byte that belongs to an address. */
static unsigned char undefined_byte(const void *address) {
    unsigned char bytes[8];
    memcpy(bytes, &undefined, sizeof bytes);
    return bytes[(uintptr_t)address % 8];
}

void fill_undefined(void *memory, size_t size) {
    unsigned char *at = (unsigned char *)memory, *const end = at + size;
    while (at < end && (uintptr_t)at % 8) *at = undefined_byte(at), at++;
    for (; end - at >= 8; at += 8) memcpy(at, &undefined, 8);
    for (; at < end; at++) *at = undefined_byte(at);
}

bool is_undefined(const void *memory, size_t size) {
    const unsigned char *at = (const unsigned char *)memory;
    for (size_t i = 0; i < size; i++) {
        if (at[i] != undefined_byte(at + i)) return false;
    }
    return true;
}

/* ---- access ---------------------------------------------------------------------------------------------------------- */

static void protect(int rights) {
    for (const auto &entry : allocations) mprotect(entry.second.pages, entry.second.pages_size, rights);
}

memory_access::memory_access() {
    if (accesses++ == 0) protect(PROT_READ | PROT_WRITE);
}

memory_access::~memory_access() {
    if (--accesses == 0) protect(PROT_NONE);
}

bool memory_accessible() {
    return accesses > 0;
}

bool is_device(const void *address) {
    return device_base && (const char *)address >= device_base && (const char *)address < device_base + DEVICE_SPAN;
}

static const std::pair<const char *const, allocation> *recent; /* the one that was asked for last */

/* The last allocation that begins at or before this address. */
static const std::pair<const char *const, allocation> *before(const void *address) {
    const auto after = allocations.upper_bound((const char *)address);
    return after == allocations.begin() ? NULL : &*std::prev(after);
}

static bool within(const std::pair<const char *const, allocation> *entry, const char *at, size_t size) {
    return entry && at >= entry->first && at + size <= entry->first + entry->second.size;
}

bool device_valid(const void *address, size_t size) {
    if (within(recent, (const char *)address, size)) return true;
    recent = before(address);
    return within(recent, (const char *)address, size);
}

address_text describe_device(const void *address) {
    address_text out;
    const auto *found = before(address);
    const auto after = allocations.upper_bound((const char *)address);
    const char *at = (const char *)address;
    if (found && at < found->second.pages + found->second.pages_size + page()) {
        const ptrdiff_t beyond = at - (found->first + found->second.size);
        if (beyond >= 0) {
            snprintf(out.text, sizeof out.text, "%td bytes beyond the end of %zu bytes of device memory", beyond,
                     found->second.size);
        } else {
            snprintf(out.text, sizeof out.text, "byte %td of %zu bytes of device memory", at - found->first,
                     found->second.size);
        }
    } else if (after != allocations.end() && at >= after->second.pages - page()) {
        snprintf(out.text, sizeof out.text, "%td bytes before the start of %zu bytes of device memory",
                 after->first - at, after->second.size);
    } else {
        snprintf(out.text, sizeof out.text, "no device memory, or one that has been freed");
    }
    return out;
}

static void check_guard(const char *start, const allocation &a, size_t length) {
    const char *end = start + a.size;
    if (!is_undefined(end, (size_t)(a.pages + a.pages_size - end))) {
        fault("wrote beyond the end of %zu bytes of device memory", a.size);
    }
    if (length > (size_t)(start - a.pages)) length = (size_t)(start - a.pages);
    if (!is_undefined(start - length, length)) fault("wrote before the start of %zu bytes of device memory", a.size);
}

void check_guards() {
    for (const auto &entry : allocations) check_guard(entry.first, entry.second, guard);
}

/* ---- allocation ------------------------------------------------------------------------------------------------------ */

static void reserve() {
    void *range = mmap(NULL, DEVICE_SPAN, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (range == MAP_FAILED) fault("no addresses for device memory");
    device_base = (char *)range;
    next_free = device_base + ((size_t)1 << 20); /* what lies well before the first allocation is recognised too */
    install_signal_handler();
}

/* A place for `size` bytes of pages and their guards: after the last one that was given, or, when the end has been
 * reached, the first hole. */
static char *place_for(size_t size) {
    const size_t needed = size + 2 * page();
    if (next_free + needed <= device_base + DEVICE_SPAN) {
        char *at = next_free + page();
        next_free += needed;
        return at;
    }
    char *hole = device_base;
    for (const auto &entry : allocations) {
        if (entry.second.pages - page() >= hole + needed) return hole + page();
        hole = entry.second.pages + entry.second.pages_size + page();
    }
    return hole + needed <= device_base + DEVICE_SPAN ? hole + page() : NULL;
}

/* APMCT_CUDA_HOST_MEMORY: bytes, to try what happens where they are few. */
static size_t memory_total() {
    const char *wanted = getenv("APMCT_CUDA_HOST_MEMORY");
    if (wanted) return strtoull(wanted, NULL, 10);
    return (size_t)sysconf(_SC_PHYS_PAGES) * page() / 2;
}

} // namespace cuda_host

using namespace cuda_host;

cudaError_t cuda_host::device_allocate(void **address, size_t size) {
    CUDA_HOST_API();
    *address = NULL;
    if (!device_base) reserve();
    const size_t rounded = round_up(size ? size : 1, alignment);
    if (rounded > memory_total() || in_use + rounded > memory_total()) return cudaErrorMemoryAllocation;
    allocation fresh = {NULL, round_up(rounded, page()), size};
    fresh.pages = place_for(fresh.pages_size);
    if (!fresh.pages || mprotect(fresh.pages, fresh.pages_size, PROT_READ | PROT_WRITE)) {
        return cudaErrorMemoryAllocation;
    }
    fill_undefined(fresh.pages, fresh.pages_size);
    char *start = fresh.pages + fresh.pages_size - rounded;
    if (!memory_accessible()) mprotect(fresh.pages, fresh.pages_size, PROT_NONE);
    allocations[start] = fresh;
    in_use += rounded;
    *address = start;
    return cudaSuccess;
}

cudaError_t cudaFree(void *address) {
    CUDA_HOST_API();
    if (!address) return cudaSuccess;
    finish_all_streams();
    const auto found = allocations.find((const char *)address);
    if (found == allocations.end()) fault("cudaFree: %p is not the start of device memory in use", address);
    {
        memory_access access;
        check_guard(found->first, found->second, DEVICE_SPAN);
    }
    const allocation gone = found->second;
    allocations.erase(found);
    recent = NULL;
    in_use -= round_up(gone.size ? gone.size : 1, alignment);
    /* new pages: the old ones go back to the system */
    mmap(gone.pages, gone.pages_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    return cudaSuccess;
}

cudaError_t cuda_host::host_allocate(void **address, size_t size) {
    CUDA_HOST_API();
    *address = aligned_alloc(64, round_up(size ? size : 1, 64));
    if (!*address) return cudaErrorMemoryAllocation;
    fill_undefined(*address, size);
    return cudaSuccess;
}

/* Also where the device is lost: what is left then is looked for among the leaks of the program. */
cudaError_t cudaFreeHost(void *address) {
    const api_call call(__func__);
    finish_all_streams();
    free(address);
    return call.failed ? cudaErrorLaunchFailure : cudaSuccess;
}

cudaError_t cudaMemGetInfo(size_t *available, size_t *total) {
    CUDA_HOST_API();
    *total = memory_total();
    *available = *total - in_use;
    return cudaSuccess;
}
