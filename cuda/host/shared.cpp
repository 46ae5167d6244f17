/* shared.cpp: the shared memory of blocks: undefined at first, with guards around every array.
 *
 * A static array gets its offset when the first thread of a launch comes by its declaration, the same for all blocks.
 * Between the arrays lies memory that nobody owns, which must still be undefined when the block ends; the dynamic part ends
 * at an inaccessible page. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

namespace cuda_host {

struct static_array {
    size_t offset, size;
    const char *name;
};

static const size_t gap = 64;

static std::vector<char *> unused; /* their starts */
/* Of the launch that runs: */
static unsigned long described_launch;
static std::vector<static_array> arrays;
static size_t static_size, static_end;

static size_t round_up(size_t value, size_t unit) {
    return (value + unit - 1) / unit * unit;
}

static char *dynamic_start(const shared_memory &memory) {
    return memory.start + SHARED_SPAN - round_up(memory.dynamic, 16);
}

static char *create() {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *all = mmap(NULL, SHARED_SPAN + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    char *start = (char *)all + page;
    if (all == MAP_FAILED || mprotect(start, SHARED_SPAN, PROT_READ | PROT_WRITE)) fault("no memory for shared memory");
    fill_undefined(start, SHARED_SPAN);
    return start;
}

shared_memory shared_take(size_t dynamic) {
    if (described_launch != launches) {
        described_launch = launches;
        arrays.clear();
        static_size = static_end = 0;
    }
    if (unused.empty()) unused.push_back(create());
    const shared_memory memory = {unused.back(), dynamic};
    unused.pop_back();
    return memory;
}

void shared_give_back(const shared_memory &memory) {
    for (const static_array &array : arrays) {
        const size_t end = array.offset + array.size;
        if (!is_undefined(memory.start + end, gap)) {
            fault("wrote beyond the end of the shared array %s of %zu bytes", array.name, array.size);
        }
    }
    char *dynamic = dynamic_start(memory);
    if (!is_undefined(dynamic - gap, gap)) fault("wrote before the start of the dynamic shared memory");
    if (!is_undefined(dynamic + memory.dynamic, round_up(memory.dynamic, 16) - memory.dynamic)) {
        fault("wrote beyond the end of the dynamic shared memory of %zu bytes", memory.dynamic);
    }
    fill_undefined(memory.start, static_end);
    fill_undefined(dynamic, memory.dynamic);
    unused.push_back(memory.start);
}

void *shared_static(shared_site &site, size_t size, size_t alignment, const char *name) {
    if (site.launch != launches) {
        site.launch = launches;
        site.offset = round_up(static_end, alignment > 16 ? alignment : 16);
        arrays.push_back({site.offset, size, name});
        static_size += size;
        static_end = site.offset + size + gap;
        if (static_size > SHARED_STATIC_MAX) {
            fault("%zu bytes of static shared memory with %s, at most %zu", static_size, name, SHARED_STATIC_MAX);
        }
        if (static_size + current->shared > SHARED_MAX) {
            fault("%zu bytes of shared memory, static with %s and dynamic, at most %zu", static_size + current->shared,
                  name, SHARED_MAX);
        }
    }
    return here->shared.start + site.offset;
}

void *shared_dynamic(size_t alignment) {
    if (alignment > 16) fault("dynamic shared memory is aligned to 16 bytes");
    return dynamic_start(here->shared);
}

bool shared_find(const void *address, size_t size, bool *in, size_t *offset) {
    if (!here) return false;
    const char *at = (const char *)address, *start = here->shared.start, *dynamic = dynamic_start(here->shared);
    if (at < start || at >= start + SHARED_SPAN + 4096) return false;
    *offset = (size_t)(at - start);
    *in = at >= dynamic && at + size <= dynamic + here->shared.dynamic;
    for (const static_array &array : arrays) {
        if (*offset >= array.offset && *offset + size <= array.offset + array.size) *in = true;
    }
    return true;
}

} // namespace cuda_host
