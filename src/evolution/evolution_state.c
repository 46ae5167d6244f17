/* evolution_state.c: the whole state of an evolution as one flat array of bytes. */
#include <stdint.h>
#include <string.h>

#include "apmct/version.h"
#include "base/checksum.h"
#include "base/need.h"
#include "evolution/evolution_internal.h"

/* What must be the same for a state to be of use. */
typedef struct header {
    char magic[8], version[24];
    uint64_t N, species, points, steps_per_block, doublings, degree, bdf, taylor, tolerance, started, displacements,
        observed, observed_which, projections; /* observed_which: checksum of the wave numbers */
} header;                                      /* no padding, and the tolerance as bits: compared as bytes */

static header header_of(const mct_evolution *e) {
    header h = {.started = e->started};
    memcpy(h.magic, "apmct-e8", sizeof h.magic);
    strncpy(h.version, MCT_VERSION_STRING, sizeof h.version - 1);
    h.N = e->shape.N, h.species = e->shape.species, h.points = e->shape.points;
    h.steps_per_block = e->shape.steps_per_block, h.doublings = e->shape.doublings;
    h.degree = (uint64_t)e->shape.scheme.degree, h.bdf = (uint64_t)e->shape.scheme.bdf;
    h.taylor = (uint64_t)e->shape.scheme.taylor;
    h.displacements = e->shape.displacements, h.observed = e->shape.observed_count;
    if (e->observed) {
        h.observed_which = mct_checksum(e->observed, e->shape.observed_count * sizeof *e->observed, 0);
    }
    for (size_t p = 0; p < e->shape.points; p++) h.projections += e->projection[p].vector != NULL;
    memcpy(&h.tolerance, &e->shape.tolerance, sizeof h.tolerance);
    return h;
}

/* header; for each point: clock, last displacements, relaxation times, projection, what the backend keeps. */
static size_t host_size(const mct_evolution *e, size_t point) {
    return sizeof *e->clocks + e->shape.displacements * sizeof *e->displacement +
           mct_relaxation_size(&e->relaxation[point]);
}

size_t mct_evolution_state_size(const mct_evolution *evolution) {
    size_t size = sizeof(header);
    for (size_t p = 0; evolution->started && p < evolution->shape.points; p++) {
        size += host_size(evolution, p) + mct_projection_size(&evolution->projection[p]) +
                evolution->operations->state_size(evolution->state, &evolution->clocks[p]);
    }
    return size;
}

void mct_evolution_save(const mct_evolution *evolution, void *buffer) {
    const header h = header_of(evolution);
    const size_t displacements = evolution->shape.displacements;
    char *out = buffer;
    memcpy(out, &h, sizeof h);
    out += sizeof h;
    for (size_t p = 0; evolution->started && p < evolution->shape.points; p++) {
        memcpy(out, &evolution->clocks[p], sizeof *evolution->clocks);
        out += sizeof *evolution->clocks;
        memcpy(out, evolution->displacement + p * displacements, displacements * sizeof *evolution->displacement);
        out += displacements * sizeof *evolution->displacement;
        mct_relaxation_save(&evolution->relaxation[p], out);
        out += mct_relaxation_size(&evolution->relaxation[p]);
        mct_projection_save(&evolution->projection[p], out);
        out += mct_projection_size(&evolution->projection[p]);
        evolution->operations->save(evolution->state, p, out);
        out += evolution->operations->state_size(evolution->state, &evolution->clocks[p]);
    }
}

static mct_status refuse(const mct_evolution *e, const char *what) {
    return mct_fail(e->context, MCT_FORMAT, "the saved state of an evolution does not fit: %s", what);
}

/* Nothing is changed before all of it is known to fit. */
static mct_status check(const mct_evolution *e, const char *in, size_t size, header *h) {
    header expected = header_of(e);
    if (size < sizeof *h) return refuse(e, "it is cut off");
    memcpy(h, in, sizeof *h);
    if (memcmp(h->magic, expected.magic, sizeof h->magic) != 0) return refuse(e, "it is none");
    if (memcmp(h->version, expected.version, sizeof h->version) != 0) return refuse(e, "of another version");
    expected.started = h->started;
    if (memcmp(h, &expected, sizeof *h) != 0) return refuse(e, "of another grid, mixture, batch, scheme or tolerance");
    size_t at = sizeof *h;
    for (size_t p = 0; h->started && p < e->shape.points; p++) {
        mct_clock clock;
        const size_t host = host_size(e, p);
        if (size - at < host) return refuse(e, "it is cut off");
        memcpy(&clock, in + at, sizeof clock);
        if (clock.n < e->shape.steps_per_block || clock.n > e->shape.steps_per_block << e->shape.doublings ||
            clock.i > clock.n || clock.pairs > MCT_SECANTS || clock.next >= MCT_SECANTS) {
            return refuse(e, "it is damaged");
        }
        at += host;
        size_t projection;
        MCT_TRY(mct_projection_prepare(e->context, &e->projection[p], in + at, size - at, &projection));
        if (projection == 0) return refuse(e, "it is cut off");
        at += projection;
        const size_t backend = e->operations->state_size(e->state, &clock);
        if (size - at < backend) return refuse(e, "it is cut off");
        at += backend;
    }
    return at == size ? MCT_OK : refuse(e, "it is too long");
}

mct_status mct_evolution_restore(mct_evolution *evolution, const void *buffer, size_t size) {
    MCT_NEED(NULL, evolution);
    MCT_NEED(evolution->context, buffer);
    const char *in = buffer;
    const size_t displacements = evolution->shape.displacements;
    header h;
    MCT_TRY(check(evolution, in, size, &h));
    in += sizeof h;
    evolution->started = h.started != 0;
    for (size_t p = 0; evolution->started && p < evolution->shape.points; p++) {
        memcpy(&evolution->clocks[p], in, sizeof *evolution->clocks);
        in += sizeof *evolution->clocks;
        memcpy(evolution->displacement + p * displacements, in, displacements * sizeof *evolution->displacement);
        in += displacements * sizeof *evolution->displacement;
        mct_relaxation_restore(&evolution->relaxation[p], in);
        in += mct_relaxation_size(&evolution->relaxation[p]);
        mct_projection_restore(&evolution->projection[p], in);
        in += mct_projection_size(&evolution->projection[p]);
        evolution->operations->restore(evolution->state, p, in);
        in += evolution->operations->state_size(evolution->state, &evolution->clocks[p]);
    }
    return MCT_OK;
}
