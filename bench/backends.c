/* backends.c: the memory kernel on one core, on all cores and on a device, in one table.
 *
 * Arrays lie in the memory of the backend: a call is what an algorithm calls, without transfers, and on a device
 * a sample enqueues CALLS of them and waits once, as iterations do that look at a norm now and then.  Transfers are columns of their own:
 * what it takes to bring F of the whole batch to the device and to take M back, from ordinary memory. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { CALLS = 4, DEVICE = 2, SINGLE = 0, ALL = 1 };

/* On the CPU calls of more seconds (at 1e10 flop/s and core) and weights for more wave numbers are left out. */
static const double call_max = 1.0;
static const size_t direct_max = 512;

/* --- what there is ---------------------------------------------------------------------------------------------- */

/* "NVIDIA H100 80GB HBM3" -> "nvidia-h100-80gb-hbm3" */
static void file_name(const char *text, size_t size, char *name) {
    size_t used = 0;
    for (; *text && used + 1 < size; text++) {
        if (isalnum((unsigned char)*text)) {
            name[used++] = (char)tolower((unsigned char)*text);
        } else if (used && name[used - 1] != '-') {
            name[used++] = '-';
        }
    }
    while (used && name[used - 1] == '-') used--;
    name[used] = '\0';
}

void bench_machines_find(const bench_options *options, bench_machines *machines, size_t size, char *name) {
    mct_context *context;
    mct_device device = {.name = ""};
    *machines = (bench_machines){.count = 2, .backend = {&mct_backend_cpu, &mct_backend_cpu}, .threads = {1, 1, 1}};
    machines->threads[ALL] = options->threads;
    bench_try(NULL, mct_context_create(&context));
    if (mct_backend_find(context, options->device, 0, &machines->backend[DEVICE]) == MCT_OK) {
        machines->count = BENCH_COLUMNS;
        machines->backend[DEVICE]->devices(1, &device);
        machines->peak = device.peak_double;
    } else {
        snprintf(machines->missing, sizeof machines->missing, "%s", mct_context_error(context));
        bench_processor(sizeof device.name, device.name);
    }
    mct_context_destroy(context);
    file_name(device.name, size, name);
}

/* --- ceilings of the device ---------------------------------------------------------------------------------------- */

typedef struct probe {
    mct_context *context;
    const mct_backend *backend;
    size_t count;
    int n;
    double *a, *b, *c; /* of the backend */
} probe;

static void run_copy(void *user) {
    const probe *p = user;
    p->backend->copy(p->count, p->a, p->b);
}

static void run_multiply(void *user) {
    const probe *p = user;
    bench_try(p->context, p->backend->multiply(p->context, p->n, p->a, p->b, p->c));
}

static double *device_array(const mct_backend *backend, size_t count) {
    double *array = backend->allocate(count);
    if (array) return array;
    fputs("apmct_bench: out of memory of the device\n", stderr);
    exit(1);
}

static void measure_device(const bench_options *options, bench_report *report, bench_machines *machines) {
    static const bench_column columns[] = {
        {"case", "ceiling", NULL}, {"size", "doubles", "%.0f"}, {"per_second", "10^9/s", "%.2f"}, {"unit", "of", NULL}};
    const bool smoke = options->extent == BENCH_SMOKE;
    probe p = {.backend = machines->backend[DEVICE],
               .count = (size_t)1 << (smoke ? 12 : 26), /* 512 MiB each: no cache holds them */
               .n = smoke ? 32 : 4096};
    bench_try(NULL, mct_context_create(&p.context));
    double *const values = bench_allocate(p.count, sizeof *values);
    for (size_t i = 0; i < p.count; i++) values[i] = sin((double)i); /* zeros would take less power, and less time */
    double **const arrays[] = {&p.a, &p.b, &p.c};
    for (int i = 0; i < 3; i++) {
        *arrays[i] = device_array(p.backend, p.count);
        p.backend->upload(*arrays[i], values, p.count);
    }
    bench_task tasks[] = {{.run = run_copy, .user = &p}, {.run = run_multiply, .user = &p}};
    bench_measure(2, tasks, options->seconds);
    machines->copy = 16.0 * (double)p.count / tasks[0].minimum;
    machines->multiply = 2.0 * pow(p.n, 3.0) / tasks[1].minimum;
    if (!(machines->peak > 0.0)) machines->peak = machines->multiply; /* a device that is not known */
    bench_report_table(report, "device", "Ceilings of the device (best of the samples)",
                       sizeof columns / sizeof *columns, columns);
    bench_report_row(report, (bench_cell[]){{.text = "copy"},
                                            {.number = (double)p.count},
                                            {.number = 1.0e-9 * machines->copy},
                                            {.text = "byte"}});
    bench_report_row(report, (bench_cell[]){{.text = "product of matrices"},
                                            {.number = pow(p.n, 2.0)},
                                            {.number = 1.0e-9 * machines->multiply},
                                            {.text = "flop"}});
    for (int i = 0; i < 3; i++) p.backend->release(*arrays[i]);
    free(values);
    mct_context_destroy(p.context);
}

/* --- one case on one backend ----------------------------------------------------------------------------------------- */

typedef struct run {
    mct_context *context;
    mct_kernel *kernel;
    const mct_backend *backend;
    int calls;           /* of one sample */
    size_t batch, count; /* count: doubles of F, all points */
    double *F, *M;       /* of the backend */
    double *host_F, *host_M;
} run;

static void call(void *user) {
    const run *r = user;
    for (int i = 0; i < r->calls; i++) r->backend->apply(r->kernel->state, 0, r->batch, r->F, r->F, r->M);
    r->backend->download(r->host_M, r->M, 1); /* waits */
}

static void take_in(void *user) {
    const run *r = user;
    r->backend->upload(r->F, r->host_F, r->count);
}

static void take_out(void *user) {
    const run *r = user;
    r->backend->download(r->host_M, r->M, r->count);
}

/* What is measured of one case on one backend; NaN: left out. */
typedef struct figures {
    double seconds, residual, in, out;
} figures;

static mct_solver_options solver_options(const bench_case *c, const mct_backend *backend) {
    mct_solver_options options = mct_solver_options_default();
    options.kernel = c->algorithm;
    options.path = MCT_PATH_RANK_ONE;
    snprintf(options.backend, sizeof options.backend, "%s", backend->name);
    return options;
}

static bool feasible(const bench_problem *problem, const bench_case *c, const mct_backend *backend) {
    const mct_solver_options options = solver_options(c, backend);
    if (backend->host_memory && c->algorithm == MCT_KERNEL_DIRECT && c->N > direct_max) return false;
    if (backend->host_memory && bench_counts_of(c, 3 * c->N).flops > 1.0e10 * call_max * c->threads) return false;
    return mct_kernel_memory(bench_problem_grid(problem), c->species, c->batch, &options) <
           backend->memory_available() / 2;
}

static figures measure(const bench_options *options, bench_problem *problem, const bench_case *c,
                       const mct_backend *backend) {
    const mct_solver_options solver = solver_options(c, backend);
    figures f = {NAN, NAN, NAN, NAN};
    if (!feasible(problem, c, backend)) return f;
    run r = {.backend = backend,
             .calls = backend->host_memory ? 1 : CALLS,
             .batch = c->batch,
             .count = c->batch * c->species * c->species * c->N};
    bench_try(NULL, mct_context_create(&r.context));
    mct_context_set_threads(r.context, c->threads);
    bench_try(r.context,
              mct_kernel_create(r.context, bench_problem_grid(problem), c->species, c->batch, &solver, &r.kernel));
    for (size_t p = 0; p < c->batch; p++) {
        bench_try(r.context, mct_kernel_set_statics(r.kernel, p, bench_problem_statics(problem)));
    }
    r.F = device_array(backend, r.count);
    r.M = device_array(backend, r.count);
    r.host_F = bench_allocate(r.count, sizeof(double));
    r.host_M = bench_allocate(r.count, sizeof(double));
    bench_problem_fill(problem, false, c->batch, r.host_F);
    take_in(&r);
    bench_task tasks[] = {{.run = call, .user = &r}, {.run = take_in, .user = &r}, {.run = take_out, .user = &r}};
    const size_t count = backend->host_memory ? 1 : 3;
    bench_measure(1, tasks, options->seconds);
    if (count > 1) bench_measure(2, tasks + 1, 0.25 * options->seconds);
    take_out(&r);
    bench_try(r.context, mct_backend_check(backend, r.context, r.kernel->state));
    size_t sampled;
    f.seconds = tasks[0].minimum / r.calls;
    f.residual = bench_problem_residual(problem, false, c->batch, r.host_M, &sampled);
    if (count > 1) {
        f.in = tasks[1].minimum;
        f.out = tasks[2].minimum;
    }
    free(r.host_F);
    free(r.host_M);
    backend->release(r.F);
    backend->release(r.M);
    mct_kernel_destroy(r.kernel);
    mct_context_destroy(r.context);
    return f;
}

/* --- rows ------------------------------------------------------------------------------------------------------------ */

/* The last ones are of the device. */
static const bench_column columns[] = {{"case", "case", NULL},
                                       {"single_us", "1 core us/point", "%.3f"},
                                       {"all_us", "all cores us/point", "%.3f"},
                                       {"single_residual", "residual", "%.1e"},
                                       {"all_residual", "residual (all)", "%.1e"},
                                       {"device_us", "device us/point", "%.3f"},
                                       {"device_call_us", "us/call", "%.1f"},
                                       {"model_us", "model us/call", "%.1f"},
                                       {"device_residual", "residual (device)", "%.1e"},
                                       {"speed_up", "x all cores", "%.2f"},
                                       {"in_us", "in us/call", "%.1f"},
                                       {"out_us", "out us/call", "%.1f"},
                                       {"copy_fraction", "of copy", "%.3f"},
                                       {"multiply_fraction", "of product", "%.3f"}};
enum { COLUMNS = sizeof columns / sizeof *columns, CPU_COLUMNS = 5 };

static const double residual_max = 1.0e-11;

static void row(const bench_options *options, bench_report *report, const bench_machines *machines,
                bench_problem *problem, bench_case c) {
    char name[96];
    snprintf(name, sizeof name, "kernel/%s/N%zu/m%zu/batch%zu", mct_kernel_algorithm_name(c.algorithm), c.N, c.species,
             c.batch);
    if (!bench_selected(options, name)) return;
    figures f[BENCH_COLUMNS];
    double point[BENCH_COLUMNS];
    for (size_t i = 0; i < BENCH_COLUMNS; i++) {
        f[i] = (figures){NAN, NAN, NAN, NAN};
        c.threads = machines->threads[i];
        if (i < machines->count) f[i] = measure(options, problem, &c, machines->backend[i]);
        point[i] = 1.0e6 * f[i].seconds / (double)c.batch;
        if (f[i].residual > residual_max) {
            bench_report_failure(report, "%s: residual %.2e, at most %.0e is allowed", name, f[i].residual,
                                 residual_max);
        }
    }
    const bench_counts counts = bench_device_counts_of(&c);
    const double flops = c.algorithm == MCT_KERNEL_DIRECT ? machines->multiply : machines->peak;
    bench_report_row(report,
                     (bench_cell[COLUMNS]){{.text = name},
                                           {.number = point[SINGLE]},
                                           {.number = point[ALL]},
                                           {.number = f[SINGLE].residual},
                                           {.number = f[ALL].residual},
                                           {.number = point[DEVICE]},
                                           {.number = 1.0e6 * f[DEVICE].seconds},
                                           {.number = 1.0e6 * bench_device_seconds(&counts, machines->copy, flops)},
                                           {.number = f[DEVICE].residual},
                                           {.number = f[ALL].seconds / f[DEVICE].seconds},
                                           {.number = 1.0e6 * f[DEVICE].in},
                                           {.number = 1.0e6 * f[DEVICE].out},
                                           {.number = counts.bytes / f[DEVICE].seconds / machines->copy},
                                           {.number = counts.flops / f[DEVICE].seconds / machines->multiply}});
}

typedef struct size_list {
    mct_kernel_algorithm algorithm;
    size_t N, batches[4];
} size_list;

void bench_backends(const bench_options *options, bench_report *report, bench_machines *machines) {
    static const size_list smoke[] = {
        {MCT_KERNEL_FOURIER, 16, {1, 3}}, {MCT_KERNEL_FACTORIZED, 16, {1}}, {MCT_KERNEL_DIRECT, 16, {1, 3}}};
    static const size_list full[] = {
        {MCT_KERNEL_FOURIER, 100, {1, 64, 1024}}, {MCT_KERNEL_FACTORIZED, 100, {1, 64, 1024}},
        {MCT_KERNEL_DIRECT, 100, {1, 64, 1024}},  {MCT_KERNEL_DIRECT, 512, {1, 16, 256}},
        {MCT_KERNEL_FOURIER, 1000, {1, 64, 512}}, {MCT_KERNEL_FACTORIZED, 1000, {1, 64}},
        {MCT_KERNEL_DIRECT, 1000, {1, 64}},       {MCT_KERNEL_FOURIER, 4096, {1, 16, 128}},
        {MCT_KERNEL_FOURIER, 16384, {1, 16, 64}}};
    const bool small = options->extent == BENCH_SMOKE;
    const size_list *list = small ? smoke : full;
    const size_t count = small ? sizeof smoke / sizeof *smoke : sizeof full / sizeof *full;
    mct_context *context;
    const bool device = machines->count > DEVICE;
    if (device) {
        measure_device(options, report, machines);
    } else {
        bench_report_note(report, "The columns of a device are not there: %s", machines->missing);
    }
    bench_try(NULL, mct_context_create(&context));
    bench_report_table(report, "backends", "Memory kernel on every backend", device ? COLUMNS : CPU_COLUMNS, columns);
    for (size_t l = 0; l < count; l++) {
        bench_problem *problem =
            bench_problem_create(context, list[l].N, 2, MCT_QUADRATURE_RIEMANN, small ? 1.0e6 : 5.0e7);
        for (const size_t *batch = list[l].batches; *batch; batch++) {
            row(options, report, machines, problem,
                (bench_case){.algorithm = list[l].algorithm,
                             .operation = BENCH_APPLY,
                             .N = list[l].N,
                             .species = 2,
                             .batch = *batch,
                             .rank_one = true,
                             .quadrature = MCT_QUADRATURE_RIEMANN});
        }
        bench_problem_destroy(problem);
    }
    mct_context_destroy(context);
}
