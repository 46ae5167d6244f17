/* checkpoint.cu: what leaves the device: rows and clocks when the host looks, the state of a point when it is saved; and
 * back. */
#include <string.h>

#include "evolution/evolution.cuh"

#define NOTE(call) mct_cuda_note(e->cuda, call)

/* ---- looks --------------------------------------------------------------------------------------------------------------- */

__global__ static void looked_kernel(mct_cuda_steps v) {
    const int point = (int)(blockIdx.x * BLOCK + threadIdx.x);
    if (point < v.points) v.clocks[point].rows = 0;
}

/* What is as quick to copy along as to pass over. */
static const size_t small_gap = (size_t)64 << 10;

/* Rows since the last look, of points that have some; neighbours in one copy. */
static void fetch(mct_cuda_evolution *e, const mct_cuda_steps &v, double *to) {
    const mct_clock *const clocks = e->clocks_on_host;
    const size_t row = v.row_size, of_point = v.window * row, points = e->shape.points;
    for (size_t p = 0, next; p < points; p = next) {
        size_t end = p * of_point; /* of what is copied from point p on */
        for (next = p; next < points && (next * of_point - end) * sizeof *to <= small_gap; next++) {
            if (clocks[next].rows) end = next * of_point + clocks[next].rows * row;
        }
        if (end > p * of_point) {
            mct_cuda_copy(e, to + p * of_point, v.row + p * of_point, (end - p * of_point) * sizeof *to,
                          cudaMemcpyDeviceToHost);
        }
    }
}

void mct_cuda_look(void *evolution, mct_clock *clocks, const double **times, const double **phi) {
    mct_cuda_evolution *e = (mct_cuda_evolution *)evolution;
    const mct_cuda_steps &v = e->steps;
    const size_t points = e->shape.points;
    memcpy(clocks, e->clocks_on_host, points * sizeof *clocks); /* as they were, should the device be lost */
    mct_cuda_copy(e, e->clocks_on_host, v.clocks, points * sizeof *clocks, cudaMemcpyDeviceToHost);
    NOTE(cudaStreamSynchronize(mct_cuda_stream()));
    if (!e->cuda->error) {
        mct_cuda_copy(e, e->times_on_host, v.times, points * v.window * sizeof(double), cudaMemcpyDeviceToHost);
        fetch(e, v, e->rows_on_host);
        if (e->follower) fetch(e, e->follower->steps, e->follower->rows_on_host);
    }
    NOTE(launch<looked_kernel>({(unsigned)((points + BLOCK - 1) / BLOCK), BLOCK}, mct_cuda_stream(), v));
    NOTE(cudaStreamSynchronize(mct_cuda_stream()));
    for (size_t p = 0; p < points; p++) {
        if (!e->cuda->error) {
            clocks[p] = e->clocks_on_host[p];
        } else if (clocks[p].state == MCT_EVOLUTION_RUNNING) {
            clocks[p].state = MCT_EVOLUTION_NON_FINITE;
        }
        if (e->cuda->error) clocks[p].rows = 0;
        e->clocks_on_host[p].rows = 0;
    }
    *times = e->times_on_host;
    *phi = e->rows_on_host;
}

void mct_cuda_last(void *evolution, size_t point, double *phi) {
    mct_cuda_evolution *e = (mct_cuda_evolution *)evolution;
    const mct_cuda_steps &v = e->steps;
    mct_cuda_settle_points(e);
    const int i = (int)e->clocks_on_host[point].i;
    const double *const from = v.history + point * v.stride + (size_t)(i ? v.at.F + i : v.at.S) * v.n;
    mct_cuda_copy(e, phi, from, v.n * sizeof *phi, cudaMemcpyDeviceToHost);
    NOTE(cudaStreamSynchronize(mct_cuda_stream()));
}

const double *mct_cuda_displacement(void *evolution) {
    return ((const mct_cuda_evolution *)evolution)->follower->rows_on_host;
}

/* ---- checkpoints: what the coming steps read and cannot compute again -------------------------------------------------- */

struct piece {
    int at, count; /* matrices */
};

enum { PIECES = 10 };

static void pieces_of(const mct_cuda_steps &v, const mct_clock *clock, piece *list) {
    const int i = (int)clock->i, n = (int)clock->n, D = v.degree, distances = n / 2 + 1 - (D + 1) / 2;
    const int moments = (mct_keeps_cells(*clock, v.doublings) ? n / 2 : n / 4) * D;
    const piece all[PIECES] = {{v.at.F, i + 1},
                               {v.at.M, i + 1},
                               {v.at.moment_F, moments},
                               {v.at.moment_M, moments},
                               {v.at.weight_F, distances},
                               {v.at.weight_M, distances},
                               {v.at.tail_F, mct_slots_of_F(n) * D},
                               {v.at.tail_M, MCT_SLOTS_OF_M * D},
                               {v.at.ahead, i == n / 2 ? 0 : MCT_CUDA_TILE},
                               {v.at.dr, 2 * MCT_SECANTS}};
    memcpy(list, all, sizeof all);
}

static size_t size_of(const mct_cuda_steps &v, const mct_clock *clock) {
    piece list[PIECES];
    size_t matrices = 0;
    pieces_of(v, clock, list);
    for (const piece &p : list) matrices += (size_t)p.count;
    return matrices * v.n * sizeof(double);
}

size_t mct_cuda_state_size(void *evolution, const mct_clock *clock) {
    const mct_cuda_evolution *e = (const mct_cuda_evolution *)evolution;
    return sizeof *clock + size_of(e->steps, clock) + (e->follower ? size_of(e->follower->steps, clock) : 0);
}

/* All pieces of a point out of the history or into it; returns the end of what it copied. */
static char *move(mct_cuda_evolution *e, const mct_cuda_steps &v, size_t point, const mct_clock *clock, char *bytes,
                  cudaMemcpyKind kind) {
    piece list[PIECES];
    pieces_of(v, clock, list);
    for (const piece &p : list) {
        double *const array = v.history + point * v.stride + (size_t)p.at * v.n;
        const size_t size = (size_t)p.count * v.n * sizeof *array;
        const bool out = kind == cudaMemcpyDeviceToHost;
        mct_cuda_copy(e, out ? (void *)bytes : array, out ? (const void *)array : bytes, size, kind);
        bytes += size;
    }
    return bytes;
}

void mct_cuda_save(void *evolution, size_t point, void *to) {
    mct_cuda_evolution *e = (mct_cuda_evolution *)evolution;
    mct_clock *const clock = &e->clocks_on_host[point];
    mct_cuda_copy(e, clock, e->steps.clocks + point, sizeof *clock, cudaMemcpyDeviceToHost);
    NOTE(cudaStreamSynchronize(mct_cuda_stream()));
    memcpy(to, clock, sizeof *clock);
    char *const end = move(e, e->steps, point, clock, (char *)to + sizeof *clock, cudaMemcpyDeviceToHost);
    if (e->follower) move(e, e->follower->steps, point, clock, end, cudaMemcpyDeviceToHost);
    NOTE(cudaStreamSynchronize(mct_cuda_stream()));
}

/* The block of one point goes on. */
__global__ static void reopen_kernel(mct_cuda_steps v, size_t which) {
    const size_t point = (size_t)blockIdx.x * BLOCK + threadIdx.x;
    if (point >= (size_t)v.points) return;
    v.paces[point].turn = point == which && v.clocks[point].i > 0 ? MCT_TURN_RESUME : MCT_TURN_NONE;
}

void mct_cuda_restore(void *evolution, size_t point, const void *from) {
    mct_cuda_evolution *e = (mct_cuda_evolution *)evolution;
    mct_clock *const clock = &e->clocks_on_host[point];
    mct_cuda_settle_points(e);
    memcpy(clock, from, sizeof *clock);
    mct_cuda_copy(e, e->steps.clocks + point, clock, sizeof *clock, cudaMemcpyHostToDevice);
    char *const bytes = (char *)const_cast<void *>(from) + sizeof *clock; /* only read */
    char *const end = move(e, e->steps, point, clock, bytes, cudaMemcpyHostToDevice);
    if (e->follower) move(e, e->follower->steps, point, clock, end, cudaMemcpyHostToDevice);
    NOTE(launch<reopen_kernel>({(unsigned)((e->shape.points + BLOCK - 1) / BLOCK), BLOCK}, mct_cuda_stream(), e->steps,
                               point));
    mct_cuda_open_blocks(e);
    NOTE(cudaStreamSynchronize(mct_cuda_stream()));
}
