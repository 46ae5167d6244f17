/* checks.h: what must hold for CUDA sources on the host and on a device: each check returns the number of wrong values. */
#ifndef CHECKS_H
#define CHECKS_H

#ifdef __cplusplus
extern "C" {
#endif

typedef struct check {
    const char *name;
    int (*run)(void);
} check;

/* Of kernels (check_kernels.cu), of streams, graphs and libraries (check_host.cu); the last has no name. */
extern const check kernel_checks[], host_checks[];
/* Is there a device (or its simulation)? */
int check_device(void);

#ifdef __cplusplus
}
#endif
#endif
