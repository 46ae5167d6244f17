/* projection.c: what the fit of the exponents a and b needs of a run. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "evolution/projection.h"

static const double per_decade = 40.0; /* the laws bend over decades: this is plenty for their slopes */

enum { FIRST_ROOM = 512 };

mct_status mct_projection_create(mct_context *context, size_t m, size_t N, size_t species, const double *vector,
                                 mct_projection *projection) {
    mct_projection_destroy(projection);
    projection->size = m * m * N;
    projection->vector = calloc(projection->size, sizeof *projection->vector);
    if (!projection->vector) return mct_fail(context, MCT_MEMORY, "projection: out of memory");
    for (size_t mu = 0; mu < species; mu++) {
        memcpy(projection->vector + mu * m * N, vector + mu * species * N, species * N * sizeof *vector);
    }
    return MCT_OK;
}

void mct_projection_destroy(mct_projection *projection) {
    free(projection->vector);
    free(projection->time);
    free(projection->value);
    *projection = (mct_projection){0};
}

static mct_status make_room(mct_context *context, mct_projection *projection, size_t rows) {
    const size_t room = rows > FIRST_ROOM ? 2 * rows : FIRST_ROOM;
    double *array;
    if (rows <= projection->room) return MCT_OK;
    if ((array = realloc(projection->time, room * sizeof *array))) projection->time = array;
    if (array && (array = realloc(projection->value, room * sizeof *array))) projection->value = array;
    if (!array) return mct_fail(context, MCT_MEMORY, "projection: out of memory");
    projection->room = room;
    return MCT_OK;
}

static bool is_kept(const mct_projection *projection, double time) {
    const double last = projection->count > 0 ? projection->time[projection->count - 1] : 0.0;
    return !(last > 0.0) || floor(per_decade * log10(time)) > floor(per_decade * log10(last));
}

mct_status mct_projection_add(mct_context *context, mct_projection *projection, double time, const double *phi) {
    double sum = 0.0;
    if (!projection->vector || !is_kept(projection, time)) return MCT_OK;
    MCT_TRY(make_room(context, projection, projection->count + 1));
    for (size_t i = 0; i < projection->size; i++) sum += projection->vector[i] * phi[i];
    projection->time[projection->count] = time;
    projection->value[projection->count++] = sum;
    return MCT_OK;
}

/* ---- state: the number of rows, times, values ------------------------------------------------------------------- */

static size_t size_of(uint64_t count) {
    return sizeof count + 2 * (size_t)count * sizeof(double);
}

size_t mct_projection_size(const mct_projection *projection) {
    return size_of(projection->count);
}

void mct_projection_save(const mct_projection *projection, void *to) {
    const uint64_t count = projection->count;
    char *out = to;
    memcpy(out, &count, sizeof count);
    if (count == 0) return;
    memcpy(out + sizeof count, projection->time, projection->count * sizeof(double));
    memcpy(out + sizeof count + projection->count * sizeof(double), projection->value,
           projection->count * sizeof(double));
}

mct_status mct_projection_prepare(mct_context *context, mct_projection *projection, const void *from, size_t there,
                                  size_t *size) {
    uint64_t count;
    *size = 0;
    if (there < sizeof count) return MCT_OK;
    memcpy(&count, from, sizeof count);
    if (count > there / sizeof(double) || size_of(count) > there) return MCT_OK;
    MCT_TRY(make_room(context, projection, (size_t)count));
    *size = size_of(count);
    return MCT_OK;
}

void mct_projection_restore(mct_projection *projection, const void *from) {
    const char *in = from;
    uint64_t count;
    memcpy(&count, in, sizeof count);
    projection->count = (size_t)count;
    if (count == 0) return;
    memcpy(projection->time, in + sizeof count, projection->count * sizeof(double));
    memcpy(projection->value, in + sizeof count + projection->count * sizeof(double),
           projection->count * sizeof(double));
}
