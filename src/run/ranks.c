/* ranks.c: finds the module that knows MPI, where there are several processes. */
#include "run/ranks.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/module.h"

static size_t claim_here(void *user) {
    size_t *next = user;

    return (*next)++;
}

static void nothing(void) {}

static mct_status agree_alone(mct_status status) {
    return status;
}

static const mct_ranks alone = {0, 1, claim_here, NULL, nothing, agree_alone, nothing};

/* What Open MPI's mpirun, Slurm's srun (PMIx, PMI-2) and MPICH's mpiexec set. */
static bool is_started_by_mpi(void) {
    static const char *const names[] = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_SIZE"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (getenv(names[i])) return true;
    }
    return false;
}

const mct_ranks *mct_ranks_start(char *why, size_t size) {
    const mct_ranks *(*start)(void) = NULL;
    char reason[512] = "it is of another version";
    const mct_ranks *ranks;
    void *module;

    *why = '\0';
    if (!is_started_by_mpi()) return &alone;
    module =
        mct_module_open(MCT_RANKS_MODULE, RTLD_NOW | RTLD_GLOBAL, reason, sizeof reason); /* its modules look here */
    if (module) mct_module_function(module, MCT_RANKS_SYMBOL, &start);
    if (!start) {
        snprintf(
            why, size,
            "started by MPI, but the module for MPI is not at hand (%s): every process would compute the whole sweep",
            reason);
        return &alone;
    }
    ranks = start();
    if (!ranks) snprintf(why, size, "MPI could not be initialised");
    return ranks ? ranks : &alone;
}
