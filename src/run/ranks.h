/* ranks.h: what the module of src/mpi exports: `const mct_ranks *mct_ranks_mpi_start(void)`, NULL if MPI cannot be
 * initialised. */
#ifndef MCT_RANKS_H
#define MCT_RANKS_H

#include "apmct/ranks.h"

#define MCT_RANKS_MODULE "mpi"
#define MCT_RANKS_SYMBOL "mct_ranks_mpi_start"

#endif
