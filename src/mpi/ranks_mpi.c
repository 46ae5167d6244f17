/* ranks_mpi.c: the processes of a sweep through MPI: a counter of units that every process takes from by itself (one-sided, so
 * that none waits for another's unit), what is done already, how all of them ended. */
#include <mpi.h>
#include <stdint.h>

#include "run/ranks.h"

enum { COUNTER_OF = 0, FAR = 1 << 30 };

static MPI_Win window;
static int64_t *counter; /* in the first process */
static mct_ranks ranks;

/* The counter before `step` was added to it. */
static int64_t advance(int64_t step) {
    int64_t before = 0;

    MPI_Fetch_and_op(&step, &before, MPI_INT64_T, COUNTER_OF, 0, MPI_SUM, window);
    MPI_Win_flush(COUNTER_OF, window);
    return before;
}

static size_t claim(void *user) {
    (void)user;
    return (size_t)advance(1);
}

static void stop(void) {
    advance(FAR);
}

static void share(void *user, bool *done, size_t count, mct_status *status) {
    int how = (int)*status;

    (void)user;
    MPI_Bcast(&how, 1, MPI_INT, 0, MPI_COMM_WORLD);
    *status = (mct_status)how;
    for (size_t at = 0; at < count; at += FAR) { /* counts of MPI are ints */
        const size_t size = count - at < FAR ? count - at : FAR;

        MPI_Bcast(done + at, (int)(size * sizeof *done), MPI_BYTE, 0, MPI_COMM_WORLD);
    }
}

static mct_status agree(mct_status status) {
    int mine = (int)status, worst = mine;

    MPI_Allreduce(&mine, &worst, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    return (mct_status)worst;
}

static void finish(void) {
    MPI_Win_unlock_all(window);
    MPI_Win_free(&window);
    MPI_Finalize();
}

const mct_ranks *mct_ranks_mpi_start(void);

const mct_ranks *mct_ranks_mpi_start(void) {
    int provided, rank, count;

    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided) != MPI_SUCCESS) return NULL;
    if (provided < MPI_THREAD_SERIALIZED) {
        MPI_Finalize();
        return NULL;
    }
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &count);
    MPI_Win_allocate(rank == COUNTER_OF ? (MPI_Aint)sizeof *counter : 0, sizeof *counter, MPI_INFO_NULL, MPI_COMM_WORLD,
                     &counter, &window);
    if (rank == COUNTER_OF) *counter = 0;
    MPI_Win_lock_all(0, window);
    MPI_Win_sync(window);
    MPI_Barrier(MPI_COMM_WORLD);
    ranks = (mct_ranks){(size_t)rank, (size_t)count, claim, share, stop, agree, finish};
    return &ranks;
}
