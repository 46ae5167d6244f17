/* test_null_arguments.c: public functions that return a status, each with each of its pointers NULL in turn. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apmct/apmct.h"
#include "reference/support.h"

/* MCT_ARGUMENT, and a message that names the pointer. */
#define REFUSES(name, call)                                                                                          \
    do {                                                                                                             \
        mct_context_clear(context);                                                                                  \
        cr_expect_eq((call), MCT_ARGUMENT, "%s", #call);                                                             \
        cr_expect(strstr(mct_context_error(context), name " is NULL"), "%s: %s", #call, mct_context_error(context)); \
    } while (0)

/* The same without the context that would have the message. */
#define REFUSES_SILENTLY(call) cr_expect_eq((call), MCT_ARGUMENT, "%s", #call)

static const char text_of_config[] = "{grid: {points: 20, spacing: 0.8}, mixture: {packing_fraction: 0.4}, "
                                     "sweep: {command: glass, over: {mixture.packing_fraction: [0.3, 0.4]}}}";

/* ---- arguments that are right ----------------------------------------------------------------------------------- */

static char folder[64], path[96];
static mct_context *context;
static mct_config *config, *other;
static mct_statics *statics;
static mct_kernel *kernel;
static mct_evolution *evolution;
static mct_critical_point *point;
static mct_archive *archive;
static mct_journal *journal;
static mct_recorder *recorder;
static mct_sweep *sweep;
static mct_sweep_table *table;
static mct_evolution_options options;
static mct_glass_options glassy;
static double *numbers, *more; /* enough for every array */

static const size_t places[] = {0}, shape[] = {4};
static const double range[] = {1, 2};
static const mct_sweep_options sweeping;
static mct_glass_result glass;
static mct_critical_line line;
static mct_critical_trace_options tracing = {.tolerance = 1e-3};
static mct_sweep_trace trace = {.range = {1, 2}, .tolerance = 1e-3};
static mct_evolution_result run;
static mct_kohlrausch *fits;
static mct_beta_relaxation beta;
static mct_evolution_cost cost;
static mct_sweep_cost sweep_cost;
static mct_table view;
static size_t count;
static unsigned long evaluations;

/* Where functions would put what they make. */
static char *owned;
static const char *text;
static mct_accuracy *accuracy;
static mct_archive *made;
static mct_result *loaded;
static mct_critical_point *made_point;
static mct_critical_line *made_line;
static mct_kernel *made_kernel;
static mct_statics *made_statics;
static mct_evolution *made_evolution;
static mct_journal *made_journal;
static mct_recorder *made_recorder;
static mct_sweep *made_sweep;
static mct_sweep_table *made_table;
static const mct_statics *all_statics;

static mct_status visit_option(void *user, const char *key, const mct_option *option, const void *base) {
    (void)user, (void)key, (void)option, (void)base;
    return MCT_OK;
}

static mct_status visit_row(void *user, double time, const double *row) {
    (void)user, (void)time, (void)row;
    return MCT_OK;
}

static mct_status take_values(void *user, const mct_result *result, size_t dataset, size_t first, size_t number,
                              const double *values) {
    (void)user, (void)result, (void)dataset, (void)first, (void)number, (void)values;
    return MCT_OK;
}

static void must(mct_status status) {
    cr_assert_eq(status, MCT_OK, "%s", mct_context_error(context));
}

static void set_up(void) {
    context = support_context(1);
    strcpy(folder, "/tmp/apmct-null-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/r.h5", folder);
    numbers = calloc(10000, sizeof *numbers);
    more = calloc(10000, sizeof *more);
    fits = calloc(100, sizeof *fits);
    cr_assert(numbers && more && fits);
    must(mct_config_create(context, &config));
    must(mct_config_parse(context, config, "t.yaml", text_of_config, strlen(text_of_config)));
    must(mct_config_check(context, config));
    options = mct_evolution_options_default();
    options.solver = config->solver;
    glassy = mct_glass_options_default();
    must(mct_statics_create(context, &config->grid, 2, &statics));
    must(mct_statics_compute(context, &config->structure, &config->grid, &config->mixture, statics));
    all_statics = statics;
    must(mct_kernel_create(context, &config->grid, 2, 1, &config->solver, &kernel));
    must(mct_kernel_set_statics(kernel, 0, statics));
    must(mct_evolution_create(context, &options, &config->grid, 1, &all_statics, &evolution));
    must(mct_critical_point_create(context, &config->grid, 2, &point));
    must(mct_archive_create(context, "glass", config, &archive));
    must(mct_archive_put_statics(context, archive, statics));
    must(mct_journal_open(context, path, false, "head", 4, &journal));
    must(mct_recorder_create(context, &config->output, &config->grid, 2, 0, journal, &recorder));
    must(mct_sweep_create(context, config, &sweeping, &sweep));
    must(mct_sweep_table_create(context, config, &table));
}

static void tear_down(void) {
    mct_sweep_table_destroy(table);
    mct_sweep_destroy(sweep);
    mct_recorder_destroy(recorder);
    mct_journal_remove(journal);
    mct_archive_destroy(archive);
    mct_critical_point_destroy(point);
    mct_evolution_destroy(evolution);
    mct_kernel_destroy(kernel);
    mct_statics_destroy(statics);
    mct_config_destroy(config);
    mct_context_destroy(context);
    free(numbers);
    free(more);
    free(fits);
    cr_expect_eq(rmdir(folder), 0, "a call that was refused has left a file");
}

TestSuite(null_arguments, .init = set_up, .fini = tear_down);

/* ---- one test for each header ----------------------------------------------------------------------------------- */

Test(null_arguments, archive) {
    REFUSES("path", mct_archive_check_writable(context, NULL));
    REFUSES("command", mct_archive_create(context, NULL, config, &made));
    REFUSES("config", mct_archive_create(context, "glass", NULL, &made));
    REFUSES("archive", mct_archive_create(context, "glass", config, NULL));
    REFUSES("command", mct_archive_create_on_disk(context, NULL, config, path, 8, &made));
    REFUSES("config", mct_archive_create_on_disk(context, "glass", NULL, path, 8, &made));
    REFUSES("archive", mct_archive_create_on_disk(context, "glass", config, path, 8, NULL));
    REFUSES("archive", mct_archive_put_statics(context, NULL, statics));
    REFUSES("statics", mct_archive_put_statics(context, archive, NULL));
    REFUSES("archive", mct_archive_put_glass(context, NULL, numbers, &glass));
    REFUSES("F", mct_archive_put_glass(context, archive, NULL, &glass));
    REFUSES("result", mct_archive_put_glass(context, archive, numbers, NULL));
    REFUSES("archive", mct_archive_put_critical(context, NULL, point));
    REFUSES("point", mct_archive_put_critical(context, archive, NULL));
    REFUSES("archive", mct_archive_put_critical_line(context, NULL, &line));
    REFUSES("line", mct_archive_put_critical_line(context, archive, NULL));
    REFUSES("archive", mct_archive_put_evolution(context, NULL, &run, journal, 1, places));
    REFUSES("result", mct_archive_put_evolution(context, archive, NULL, journal, 1, places));
    REFUSES("points", mct_archive_put_evolution(context, archive, &run, journal, 1, NULL));
    REFUSES("archive", mct_archive_put_table(context, NULL, &view, config));
    REFUSES("table", mct_archive_put_table(context, archive, NULL, config));
    REFUSES("config", mct_archive_put_table(context, archive, &view, NULL));
    REFUSES("archive", mct_archive_put_trace(context, NULL, &line));
    REFUSES("line", mct_archive_put_trace(context, archive, NULL));
    REFUSES("archive", mct_archive_put_kohlrausch(context, NULL, 0, fits));
    REFUSES("fits", mct_archive_put_kohlrausch(context, archive, 0, NULL));
    REFUSES("archive", mct_archive_put_beta_relaxation(context, NULL, point, 0.5, &beta, 1, numbers, numbers));
    REFUSES("critical", mct_archive_put_beta_relaxation(context, archive, NULL, 0.5, &beta, 1, numbers, numbers));
    REFUSES("fit", mct_archive_put_beta_relaxation(context, archive, point, 0.5, NULL, 1, numbers, numbers));
    REFUSES("time", mct_archive_put_beta_relaxation(context, archive, point, 0.5, &beta, 1, NULL, numbers));
    REFUSES("g", mct_archive_put_beta_relaxation(context, archive, point, 0.5, &beta, 1, numbers, NULL));
    REFUSES("archive", mct_archive_put_array(context, NULL, "name", 1, shape, numbers, "", ""));
    REFUSES("name", mct_archive_put_array(context, archive, NULL, 1, shape, numbers, "", ""));
    REFUSES("shape", mct_archive_put_array(context, archive, "name", 1, NULL, numbers, "", ""));
    REFUSES("data", mct_archive_put_array(context, archive, "name", 1, shape, NULL, "", ""));
    REFUSES("unit", mct_archive_put_array(context, archive, "name", 1, shape, numbers, NULL, ""));
    REFUSES("description", mct_archive_put_array(context, archive, "name", 1, shape, numbers, "", NULL));
    REFUSES("archive", mct_archive_save(context, NULL, path));
    REFUSES("path", mct_archive_save(context, archive, NULL));
    REFUSES("path", mct_result_load(context, NULL, &loaded));
    REFUSES("result", mct_result_load(context, path, NULL));
}

Test(null_arguments, backend) {
    REFUSES("name", mct_backend_resolve(context, NULL, 1, &text));
    REFUSES("resolved", mct_backend_resolve(context, "name", 1, NULL));
}

Test(null_arguments, config) {
    REFUSES("config", mct_config_create(context, NULL));
    REFUSES("config", mct_config_copy(context, NULL, &other));
    REFUSES("copy", mct_config_copy(context, config, NULL));
    REFUSES("config", mct_config_load(context, NULL, path));
    REFUSES("path", mct_config_load(context, config, NULL));
    REFUSES("config", mct_config_parse(context, NULL, "name", "", 0));
    REFUSES("name", mct_config_parse(context, config, NULL, "", 0));
    REFUSES("text", mct_config_parse(context, config, "name", NULL, 0));
    REFUSES("config", mct_config_set(context, NULL, "grid.points=20"));
    REFUSES("assignment", mct_config_set(context, config, NULL));
    REFUSES("config", mct_config_set_value(context, NULL, NULL, "grid.points", "20"));
    REFUSES("key", mct_config_set_value(context, config, NULL, NULL, "20"));
    REFUSES("value", mct_config_set_value(context, config, NULL, "grid.points", NULL));
    REFUSES("config", mct_config_check(context, NULL));
    REFUSES("config", mct_config_to_yaml(context, NULL, false, &owned));
    REFUSES("text", mct_config_to_yaml(context, config, false, NULL));
    REFUSES("config", mct_config_to_json(context, NULL, false, &owned));
    REFUSES("text", mct_config_to_json(context, config, false, NULL));
    REFUSES("config", mct_sweep_trace_read(context, NULL, &trace));
    REFUSES("request", mct_sweep_trace_read(context, config, NULL));
    REFUSES_SILENTLY(mct_config_visit(NULL, visit_option, NULL));
    REFUSES_SILENTLY(mct_config_visit(config, NULL, NULL));
    REFUSES("config", mct_config_explain(context, NULL));
}

Test(null_arguments, critical) {
    REFUSES("grid", mct_critical_point_create(context, NULL, 2, &made_point));
    REFUSES("point", mct_critical_point_create(context, &config->grid, 2, NULL));
    REFUSES("options", mct_critical_packing_fraction(context, NULL, &config->grid, &config->mixture, NULL, point));
    REFUSES("grid", mct_critical_packing_fraction(context, &glassy, NULL, &config->mixture, NULL, point));
    REFUSES("mixture", mct_critical_packing_fraction(context, &glassy, &config->grid, NULL, NULL, point));
    REFUSES("point", mct_critical_packing_fraction(context, &glassy, &config->grid, &config->mixture, NULL, NULL));
    REFUSES("options",
            mct_critical_trace(context, NULL, &config->grid, &config->mixture, 2, range, &tracing, &made_line));
    REFUSES("grid", mct_critical_trace(context, &glassy, NULL, &config->mixture, 2, range, &tracing, &made_line));
    REFUSES("mixture", mct_critical_trace(context, &glassy, &config->grid, NULL, 2, range, &tracing, &made_line));
    REFUSES("range",
            mct_critical_trace(context, &glassy, &config->grid, &config->mixture, 2, NULL, &tracing, &made_line));
    REFUSES("trace", mct_critical_trace(context, &glassy, &config->grid, &config->mixture, 2, range, NULL, &made_line));
    REFUSES("line", mct_critical_trace(context, &glassy, &config->grid, &config->mixture, 2, range, &tracing, NULL));
    REFUSES("options", mct_critical_activity(context, NULL, &config->grid, &config->mixture, 2, range, &made_line));
    REFUSES("grid", mct_critical_activity(context, &glassy, NULL, &config->mixture, 2, range, &made_line));
    REFUSES("mixture", mct_critical_activity(context, &glassy, &config->grid, NULL, 2, range, &made_line));
    REFUSES("range", mct_critical_activity(context, &glassy, &config->grid, &config->mixture, 2, NULL, &made_line));
    REFUSES("line", mct_critical_activity(context, &glassy, &config->grid, &config->mixture, 2, range, NULL));
}

Test(null_arguments, decay) {
    REFUSES_SILENTLY(mct_evolution_project(NULL, 0, 2, numbers));
    REFUSES("vector", mct_evolution_project(evolution, 0, 2, NULL));
}

Test(null_arguments, evolution) {
    REFUSES("options", mct_evolution_create(context, NULL, &config->grid, 1, &all_statics, &made_evolution));
    REFUSES("grid", mct_evolution_create(context, &options, NULL, 1, &all_statics, &made_evolution));
    REFUSES("statics", mct_evolution_create(context, &options, &config->grid, 1, NULL, &made_evolution));
    REFUSES("evolution", mct_evolution_create(context, &options, &config->grid, 1, &all_statics, NULL));
    REFUSES_SILENTLY(mct_evolution_advance(NULL, 1, &count));
    REFUSES("running", mct_evolution_advance(evolution, 1, NULL));
    REFUSES_SILENTLY(mct_evolution_run(NULL));
    REFUSES_SILENTLY(mct_evolution_check_point(NULL, 0));
    REFUSES_SILENTLY(mct_evolution_check(NULL));
    REFUSES_SILENTLY(mct_evolution_restore(NULL, numbers, 8));
    REFUSES("buffer", mct_evolution_restore(evolution, NULL, 8));
}

Test(null_arguments, evolution_plan) {
    REFUSES("options", mct_evolution_estimate_cost(context, NULL, &config->grid, statics, &cost));
    REFUSES("grid", mct_evolution_estimate_cost(context, &options, NULL, statics, &cost));
    REFUSES("statics", mct_evolution_estimate_cost(context, &options, &config->grid, NULL, &cost));
    REFUSES("cost", mct_evolution_estimate_cost(context, &options, &config->grid, statics, NULL));
    REFUSES("options", mct_accuracy_create(context, NULL, &config->grid, statics, 0, &accuracy));
    REFUSES("grid", mct_accuracy_create(context, &options, NULL, statics, 0, &accuracy));
    REFUSES("statics", mct_accuracy_create(context, &options, &config->grid, NULL, 0, &accuracy));
    REFUSES("accuracy", mct_accuracy_create(context, &options, &config->grid, statics, 0, NULL));
    REFUSES("options",
            mct_plateau_deviation(context, NULL, &config->grid, &config->mixture, 2, numbers, more, &evaluations));
    REFUSES("grid", mct_plateau_deviation(context, &glassy, NULL, &config->mixture, 2, numbers, more, &evaluations));
    REFUSES("mixture", mct_plateau_deviation(context, &glassy, &config->grid, NULL, 2, numbers, more, &evaluations));
    REFUSES("phi",
            mct_plateau_deviation(context, &glassy, &config->grid, &config->mixture, 2, NULL, more, &evaluations));
    REFUSES("deviation",
            mct_plateau_deviation(context, &glassy, &config->grid, &config->mixture, 2, numbers, NULL, &evaluations));
    REFUSES("evaluations",
            mct_plateau_deviation(context, &glassy, &config->grid, &config->mixture, 2, numbers, more, NULL));
}

Test(null_arguments, glass) {
    REFUSES("options", mct_glass_solve(context, NULL, &config->grid, 1, &config->mixture, numbers, &glass, NULL, NULL));
    REFUSES("grid", mct_glass_solve(context, &glassy, NULL, 1, &config->mixture, numbers, &glass, NULL, NULL));
    REFUSES("mixtures", mct_glass_solve(context, &glassy, &config->grid, 1, NULL, numbers, &glass, NULL, NULL));
    REFUSES("F", mct_glass_solve(context, &glassy, &config->grid, 1, &config->mixture, NULL, &glass, NULL, NULL));
    REFUSES("results",
            mct_glass_solve(context, &glassy, &config->grid, 1, &config->mixture, numbers, NULL, NULL, NULL));
}

Test(null_arguments, grid) {
    REFUSES("grid", mct_grid_check(context, NULL));
}

Test(null_arguments, journal) {
    REFUSES("result", mct_journal_open(context, NULL, false, "head", 4, &made_journal));
    REFUSES("head", mct_journal_open(context, path, false, NULL, 4, &made_journal));
    REFUSES("journal", mct_journal_open(context, path, false, "head", 4, NULL));
    REFUSES("result", mct_journal_check(context, NULL));
    REFUSES("result", mct_journal_peek(context, NULL, &owned));
    REFUSES("head", mct_journal_peek(context, path, NULL));
    REFUSES_SILENTLY(mct_journal_append(NULL, 0, numbers));
    REFUSES("row", mct_journal_append(journal, 0, NULL));
    REFUSES_SILENTLY(mct_journal_checkpoint(NULL, numbers, 8));
    REFUSES("state", mct_journal_checkpoint(journal, NULL, 8));
    REFUSES_SILENTLY(mct_journal_state(NULL, more));
    REFUSES("state", mct_journal_state(journal, NULL));
    REFUSES_SILENTLY(mct_journal_visit(NULL, visit_row, NULL));
    REFUSES("visit", mct_journal_visit(journal, NULL, NULL));
    REFUSES("output", mct_recorder_create(context, NULL, &config->grid, 2, 0, journal, &made_recorder));
    REFUSES("grid", mct_recorder_create(context, &config->output, NULL, 2, 0, journal, &made_recorder));
    REFUSES("journal", mct_recorder_create(context, &config->output, &config->grid, 2, 0, NULL, &made_recorder));
    REFUSES("recorder", mct_recorder_create(context, &config->output, &config->grid, 2, 0, journal, NULL));
    REFUSES_SILENTLY(mct_recorder_sink(NULL, 0, 0, numbers));
    REFUSES_SILENTLY(mct_recorder_sink(recorder, 0, 0, NULL));
    REFUSES_SILENTLY(mct_recorder_displacement_sink(NULL, 0, 0, numbers));
    REFUSES_SILENTLY(mct_recorder_displacement_sink(recorder, 0, 0, NULL));
    REFUSES_SILENTLY(mct_recorder_finish(NULL, evolution));
    REFUSES_SILENTLY(mct_recorder_finish(recorder, NULL));
}

Test(null_arguments, kernel) {
    REFUSES("grid", mct_kernel_create(context, NULL, 2, 1, &config->solver, &made_kernel));
    REFUSES("options", mct_kernel_create(context, &config->grid, 2, 1, NULL, &made_kernel));
    REFUSES("kernel", mct_kernel_create(context, &config->grid, 2, 1, &config->solver, NULL));
    REFUSES_SILENTLY(mct_kernel_set_statics(NULL, 0, statics));
    REFUSES("statics", mct_kernel_set_statics(kernel, 0, NULL));
    REFUSES_SILENTLY(mct_kernel_apply(NULL, 0, 1, numbers, more));
    REFUSES("F", mct_kernel_apply(kernel, 0, 1, NULL, more));
    REFUSES("M", mct_kernel_apply(kernel, 0, 1, numbers, NULL));
    REFUSES_SILENTLY(mct_kernel_bilinear(NULL, 0, 1, numbers, numbers, more));
    REFUSES("F", mct_kernel_bilinear(kernel, 0, 1, NULL, numbers, more));
    REFUSES("G", mct_kernel_bilinear(kernel, 0, 1, numbers, NULL, more));
    REFUSES("M", mct_kernel_bilinear(kernel, 0, 1, numbers, numbers, NULL));
    REFUSES_SILENTLY(mct_kernel_linearise(NULL, 0, 1, numbers, more));
    REFUSES("F", mct_kernel_linearise(kernel, 0, 1, NULL, more));
    REFUSES_SILENTLY(mct_kernel_derivative(NULL, 0, 1, numbers, more));
    REFUSES("d", mct_kernel_derivative(kernel, 0, 1, NULL, more));
    REFUSES("dM", mct_kernel_derivative(kernel, 0, 1, numbers, NULL));
    REFUSES_SILENTLY(mct_kernel_adjoint(NULL, 0, 1, numbers, more));
    REFUSES("l", mct_kernel_adjoint(kernel, 0, 1, NULL, more));
    REFUSES("w", mct_kernel_adjoint(kernel, 0, 1, numbers, NULL));
}

Test(null_arguments, mixture) {
    REFUSES("mixture", mct_mixture_check(context, NULL));
}

Test(null_arguments, statics) {
    REFUSES("grid", mct_statics_create(context, NULL, 2, &made_statics));
    REFUSES("statics", mct_statics_create(context, &config->grid, 2, NULL));
}

Test(null_arguments, structure) {
    REFUSES("options", mct_statics_compute(context, NULL, &config->grid, &config->mixture, statics));
    REFUSES("grid", mct_statics_compute(context, &config->structure, NULL, &config->mixture, statics));
    REFUSES("mixture", mct_statics_compute(context, &config->structure, &config->grid, NULL, statics));
    REFUSES("statics", mct_statics_compute(context, &config->structure, &config->grid, &config->mixture, NULL));
}

Test(null_arguments, sweep) {
    REFUSES("config", mct_sweep_table_create(context, NULL, &made_table));
    REFUSES("table", mct_sweep_table_create(context, config, NULL));
    REFUSES("table", mct_sweep_table_apply(context, NULL, 0, config));
    REFUSES("config", mct_sweep_table_apply(context, table, 0, NULL));
    REFUSES("config", mct_sweep_create(context, NULL, &sweeping, &made_sweep));
    REFUSES("options", mct_sweep_create(context, config, NULL, &made_sweep));
    REFUSES("sweep", mct_sweep_create(context, config, &sweeping, NULL));
    REFUSES_SILENTLY(mct_sweep_run(NULL));
    REFUSES_SILENTLY(mct_sweep_gather(NULL));
    REFUSES_SILENTLY(mct_sweep_status(NULL, 0));
    REFUSES_SILENTLY(mct_sweep_view(NULL, &view));
    REFUSES("table", mct_sweep_view(sweep, NULL));
    REFUSES_SILENTLY(mct_sweep_estimate(NULL, &sweep_cost));
    REFUSES("cost", mct_sweep_estimate(sweep, NULL));
    REFUSES("config", mct_sweep_trace_estimate(context, NULL, &trace, &sweep_cost));
    REFUSES("trace", mct_sweep_trace_estimate(context, config, NULL, &sweep_cost));
    REFUSES("cost", mct_sweep_trace_estimate(context, config, &trace, NULL));
}

/* ---- and what is in structures, contexts, destroyers ------------------------------------------------------------ */

Test(null_arguments, of_judgements_and_shapes) {
    mct_result *read = NULL;

    REFUSES("options", mct_structure_judge_grid(context, NULL, &config->grid, &config->mixture));
    REFUSES("grid", mct_structure_judge_grid(context, &config->structure, NULL, &config->mixture));
    REFUSES("mixture", mct_structure_judge_grid(context, &config->structure, &config->grid, NULL));
    REFUSES("config", mct_config_judge(context, NULL, &config->mixture));
    REFUSES("mixture", mct_config_judge(context, config, NULL));
    REFUSES("path", mct_result_load_shapes(context, NULL, &read));
    REFUSES("result", mct_result_load_shapes(context, path, NULL));
    REFUSES("result", mct_result_visit(context, NULL, take_values, NULL));
    must(mct_archive_save(context, archive, path));
    must(mct_result_load_shapes(context, path, &read));
    REFUSES("take", mct_result_visit(context, read, NULL, NULL));
    mct_result_destroy(read);
    unlink(path);
}

Test(null_arguments, in_structures) {
    mct_evolution_options displaced = options, observed = options;
    mct_mixture empty = config->mixture;
    const mct_statics *const none[] = {NULL};
    mct_critical_trace_options levels = {.tolerance = 1e-3, .level_count = 1};

    displaced.displaced_count = 1;
    observed.observed_count = 1;
    empty.species = NULL;
    REFUSES("statics[p]", mct_evolution_create(context, &options, &config->grid, 1, none, &made_evolution));
    REFUSES("options->displaced",
            mct_evolution_create(context, &displaced, &config->grid, 1, &all_statics, &made_evolution));
    REFUSES("options->observed",
            mct_evolution_create(context, &observed, &config->grid, 1, &all_statics, &made_evolution));
    REFUSES("trace->levels",
            mct_critical_trace(context, &glassy, &config->grid, &config->mixture, 0, range, &levels, &made_line));
    REFUSES_SILENTLY(mct_mixture_check(context, &empty));
    REFUSES_SILENTLY(mct_statics_compute(context, &config->structure, &config->grid, &empty, statics));
    REFUSES_SILENTLY(mct_glass_solve(context, &glassy, &config->grid, 1, &empty, numbers, &glass, NULL, NULL));
    REFUSES_SILENTLY(mct_critical_packing_fraction(context, &glassy, &config->grid, &empty, NULL, point));
    REFUSES_SILENTLY(mct_critical_activity(context, &glassy, &config->grid, &empty, 0, range, &made_line));
}

Test(null_arguments, without_a_context) {
    REFUSES_SILENTLY(mct_context_create(NULL));
    REFUSES_SILENTLY(mct_grid_check(NULL, NULL));
    REFUSES_SILENTLY(mct_config_load(NULL, config, NULL));
    REFUSES_SILENTLY(mct_archive_save(NULL, archive, NULL));
    cr_expect_eq(mct_grid_check(NULL, &config->grid), MCT_OK);
}

/* What headers allow to be NULL. */
Test(null_arguments, that_are_allowed) {
    must(mct_kernel_linearise(kernel, 0, 1, numbers, NULL));
    must(mct_glass_solve(context, &glassy, &config->grid, 1, &config->mixture, numbers, &glass, NULL, NULL));
    must(mct_config_set_value(context, config, NULL, "grid.points", "20"));
    must(mct_archive_create_on_disk(context, "glass", config, NULL, 0, &made));
    mct_archive_destroy(made);
    mct_archive_destroy(NULL);
    mct_result_destroy(NULL);
    mct_config_destroy(NULL);
    mct_sweep_trace_clear(NULL);
    mct_context_destroy(NULL);
    mct_context_clear(NULL);
    mct_critical_point_destroy(NULL);
    mct_critical_line_destroy(NULL);
    mct_evolution_destroy(NULL);
    mct_accuracy_destroy(NULL);
    mct_journal_close(NULL);
    mct_journal_remove(NULL);
    mct_recorder_destroy(NULL);
    mct_kernel_destroy(NULL);
    mct_statics_destroy(NULL);
    mct_sweep_table_destroy(NULL);
    mct_sweep_destroy(NULL);
}

/* ---- nothing is forgotten ---------------------------------------------------------------------------------------- */

static char *contents(const char *name) {
    FILE *file = fopen(name, "r");
    char *data = calloc(1, 1 << 20);

    cr_assert(file && data, "%s", name);
    cr_assert_lt(fread(data, 1, (1 << 20) - 1, file), (1 << 20) - 1);
    fclose(file);
    return data;
}

/* Functions that are declared at the beginning of a line, with a pointer among their arguments but the context. */
Test(null_arguments, every_function_is_here) {
    static const char here[] = APMCT_SOURCE_DIR "/tests/run/test_null_arguments.c";
    static const char headers[] = APMCT_SOURCE_DIR "/include/apmct", start[] = "\nmct_status mct_";
    char *tests = contents(here), name[512];
    DIR *directory = opendir(headers);
    size_t found = 0;

    cr_assert_not_null(directory);
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char *header;

        if (!strstr(entry->d_name, ".h")) continue;
        snprintf(name, sizeof name, "%s/%s", headers, entry->d_name);
        header = contents(name);
        for (const char *at = header; (at = strstr(at, start)) != NULL; at += sizeof start) {
            const char *function = at + strlen("\nmct_status ");

            snprintf(name, sizeof name, "%.*s", (int)strcspn(function, "(") + 1, function);
            if (strcmp(name, "mct_context_status(") == 0) continue; /* takes nothing but a context */
            cr_expect(strstr(tests, name), "%s of %s", name, entry->d_name);
            found++;
        }
        free(header);
    }
    closedir(directory);
    free(tests);
    cr_expect_gt(found, 60);
}
