/* ranks.c: finds the module that knows MPI, where there are several processes. */
#include "ranks.h"

#include <dlfcn.h>
#include <stdlib.h>

static size_t claim_here(void *user) {
    size_t *next = user;

    return (*next)++;
}

static void nothing(void) {}

static mct_status agree_alone(mct_status status) {
    return status;
}

static const cli_ranks alone = {0, 1, claim_here, NULL, nothing, agree_alone, nothing};

/* What Open MPI's mpirun, Slurm's srun (PMIx, PMI-2) and MPICH's mpiexec set. */
static bool is_started_by_mpi(void) {
    static const char *const names[] = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_SIZE"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (getenv(names[i])) return true;
    }
    return false;
}

const cli_ranks *cli_ranks_start(const char **why) {
    const cli_ranks *(*start)(void) = NULL;
    const cli_ranks *ranks;
    void *module;

    *why = NULL;
    if (!is_started_by_mpi()) return &alone;
    module = dlopen(CLI_RANKS_MODULE, RTLD_NOW | RTLD_GLOBAL); /* Open MPI's own modules look for its symbols */
    if (module) *(void **)&start = dlsym(module, CLI_RANKS_SYMBOL);
    if (!start) {
        *why = "started by MPI, but this apmct was built without it: every process would compute the whole sweep";
        return &alone;
    }
    ranks = start();
    if (!ranks) *why = "MPI could not be initialised";
    return ranks ? ranks : &alone;
}
