/* faults.h: programs with one mistake each, which the host execution of CUDA sources must find. */
#ifndef FAULTS_H
#define FAULTS_H

#ifdef __cplusplus
extern "C" {
#endif

/* The program aborts with a message that contains this text, whatever the order of threads. */
typedef struct planted_fault {
    const char *message;
    void (*run)(void);
} planted_fault;

/* Of barriers and warps, of memory, of launches and calls; the last has no message. */
extern const planted_fault barrier_faults[], memory_faults[], launch_faults[];
/* Only with the instrumentation of memory accesses. */
extern const planted_fault race_faults[];

/* Mistakes that show as wrong values (returned: how many) in some orders only. */
typedef struct planted_disorder {
    const char *name;
    int (*run)(void);
} planted_disorder;
extern const planted_disorder disorders[];

/* What is undefined and must not look like a number; returns how many values do. */
int undefined_numbers(void);

#ifdef __cplusplus
}
#endif
#endif
