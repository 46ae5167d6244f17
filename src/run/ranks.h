/* ranks.h: several processes of the command at one sweep.
 *
 * MPI is a module of its own (src/mpi), loaded only where mpirun or srun has started this process: without it the command
 * neither needs nor links MPI. */
#ifndef MCT_CLI_RANKS_H
#define MCT_CLI_RANKS_H

#include "apmct/sweep.h"

/* What the module does; one table, cli_ranks_mpi, in it.  Called by one thread at a time. */
typedef struct cli_ranks {
    size_t rank, count;
    size_t (*claim)(void *user); /* of mct_sweep_options */
    void (*share)(void *user, bool *done, size_t count, mct_status *status);
    void (*stop)(void);                     /* the others get no more units */
    mct_status (*agree)(mct_status status); /* the worst of all processes, once all are here */
    void (*finish)(void);
} cli_ranks;

/* The processes that mpirun started, or one process alone; why[size] ("": nothing to say) tells why several do not find each
 * other. */
const cli_ranks *cli_ranks_start(char *why, size_t size);

#define CLI_RANKS_MODULE "mpi"
#define CLI_RANKS_SYMBOL "cli_ranks_mpi_start"

#endif
