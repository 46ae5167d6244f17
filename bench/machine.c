/* machine.c: what was measured on what: processor, compiler, libraries; no names of hosts, no paths. */
#include <fftw3.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "apmct/version.h"
#include "bench.h"
#include "cpu/kernel/blas.h"
#include "cpu/simd/loops.h"

/* What the compiler was told, as its macros show. */
static const char flags[] =
#ifdef __OPTIMIZE__
    "optimised"
#else
    "not optimised"
#endif
#if defined(__AVX512F__)
    ", for AVX-512"
#elif defined(__AVX2__)
    ", for AVX2"
#elif defined(__x86_64__)
    ", for any x86-64 (and loops for AVX2 and AVX-512)"
#endif
#ifdef __FAST_MATH__
    ", fast-math"
#else
    ", no fast-math"
#endif
#ifndef NDEBUG
    ", with assertions"
#endif
#ifdef __SANITIZE_ADDRESS__
    ", sanitizers"
#endif
    ;

static const bench_column columns[] = {{"case", "what", NULL}, {"value", "value", NULL}};

/* The model of the first processor, as Linux tells it. */
void bench_processor(size_t size, char *text) {
    char line[256];
    snprintf(text, size, "unknown");
    FILE *file = fopen("/proc/cpuinfo", "r");
    if (!file) return;
    while (fgets(line, sizeof line, file)) {
        const char *value = strchr(line, ':');
        if (!value || strncmp(line, "model name", 10) != 0) continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(text, size, "%s", value + 1 + strspn(value + 1, " \t"));
        break;
    }
    fclose(file);
}

/* The devices of the backend that is compared, by name. */
static void devices(const char *backend, size_t size, char *text) {
    mct_device device;
    snprintf(text, size, "none");
    for (size_t b = 0; b < mct_backend_count(); b++) {
        if (strcmp(mct_backend_name(b), backend) != 0 || !mct_backend_devices(b, 1, &device)) continue;
        snprintf(text, size, "%s, compute capability %d.%d, %d multiprocessors, %.1f GiB, driver for CUDA %d.%d",
                 device.name, device.capability[0], device.capability[1], device.multiprocessors,
                 (double)device.memory / 0x1p30, device.driver / 1000, device.driver % 1000 / 10);
    }
}

void bench_machine(const bench_options *options, bench_report *report) {
    char device[400], model[200], cores[64], caches[96], seconds[32];
    const mct_loops *loops = mct_loops_select(NULL);
    devices(options->device, sizeof device, device);
    bench_processor(sizeof model, model);
    snprintf(cores, sizeof cores, "%ld, of which %d used, threads %s", sysconf(_SC_NPROCESSORS_ONLN), options->threads,
             omp_get_proc_bind() == omp_proc_bind_false ? "not bound" : "bound");
    snprintf(caches, sizeof caches, "L1d %ld KiB, L2 %ld KiB, L3 %ld KiB", sysconf(_SC_LEVEL1_DCACHE_SIZE) / 1024,
             sysconf(_SC_LEVEL2_CACHE_SIZE) / 1024, sysconf(_SC_LEVEL3_CACHE_SIZE) / 1024);
    snprintf(seconds, sizeof seconds, "%g", options->seconds);
    const mct_blas *blas;
    const struct {
        const char *what, *value;
    } rows[] = {{"apmct", mct_version()},
                {"commit", options->commit ? options->commit : "not told (--commit)"},
                {"command", options->command},
                {"processor", model},
                {"cores", cores},
                {"caches", caches},
                {"device", device},
                {"loops", loops ? loops->name : "none"},
                {"compiler", mct_build_description()},
                {"flags", flags},
                {"FFTW", fftw_version},
                {"OpenBLAS", mct_blas_load(NULL, &blas) == MCT_OK ? blas->config() : "none"},
                {"seconds per case", seconds}};
    bench_report_table(report, "machine", "Machine", sizeof columns / sizeof *columns, columns);
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        bench_report_row(report, (bench_cell[]){{.text = rows[r].what}, {.text = rows[r].value}});
    }
}
