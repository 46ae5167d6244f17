/* process_device.cu: which of a node's devices this process uses, where mpirun, mpiexec or srun has started several there:
 * one each, in turn.  The others are hidden from it before CUDA starts, so that every thread finds the same one. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend_cuda.h"

/* The number of this process on its node: Open MPI, Slurm, Hydra (MPICH, Intel MPI), MVAPICH; -1: nobody says. */
static int number_on_node() {
    static const char *const names[] = {"OMPI_COMM_WORLD_LOCAL_RANK", "SLURM_LOCALID", "MPI_LOCALRANKID",
                                        "MV2_COMM_WORLD_LOCAL_RANK"};
    for (const char *name : names) {
        if (const char *value = getenv(name)) return atoi(value);
    }
    return -1;
}

/* The driver's devices, as far as can be seen without starting it. */
static size_t count_devices() {
    DIR *folder = opendir("/proc/driver/nvidia/gpus");
    size_t count = 0;
    if (!folder) return 0;
    while (const dirent *entry = readdir(folder)) count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

bool mct_cuda_device_of_process(const char *visible, size_t count, size_t number, char *device, size_t size) {
    if (!visible) {
        if (count < 2) return false;
        snprintf(device, size, "%zu", number % count);
        return true;
    }
    count = *visible != '\0';
    for (const char *at = visible; *at; at++) count += *at == ',';
    if (count < 2) return false;
    for (number %= count; number > 0; number--) visible = strchr(visible, ',') + 1;
    snprintf(device, size, "%.*s", (int)strcspn(visible, ","), visible);
    return true;
}

static bool choose() {
    char device[64];
    const int number = number_on_node();
    if (number < 0) return false;
    if (!mct_cuda_device_of_process(getenv("CUDA_VISIBLE_DEVICES"), count_devices(), (size_t)number, device,
                                    sizeof device)) {
        return false;
    }
    return setenv("CUDA_VISIBLE_DEVICES", device, 1) == 0;
}

void mct_cuda_choose_process_device(void) {
    static const bool chosen = choose(); /* once */
    (void)chosen;
}
