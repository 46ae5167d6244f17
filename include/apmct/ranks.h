/* ranks.h: several processes at one sweep.
 *
 * MPI is a module of its own (src/mpi), loaded only where mpirun or srun has started this process: without it the
 * library neither needs nor links MPI. */
#ifndef APMCT_RANKS_H
#define APMCT_RANKS_H

#include "apmct/sweep.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The processes of a run; called by one thread at a time. */
typedef struct mct_ranks {
    size_t rank, count;
    size_t (*claim)(void *user); /* of mct_sweep_options */
    void (*share)(void *user, bool *done, size_t count, mct_status *status);
    void (*stop)(void);                     /* the others get no more units */
    mct_status (*agree)(mct_status status); /* the worst of all processes, once all are here */
    void (*finish)(void);
} mct_ranks;

/* The processes that mpirun started, or one process alone; why[size] ("": nothing to say) tells why several do not find each
 * other. */
const mct_ranks *mct_ranks_start(char *why, size_t size);

#ifdef __cplusplus
}
#endif
#endif
