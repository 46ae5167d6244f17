/* command_sweep.c: apmct sweep. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apmct/ranks.h"
#include "base/number.h"
#include "cli/cli.h"

/* ---- JSON: one object per line and point -------------------------------------------------------------------- */

static void put_values(cli_json *to, const mct_sweep *sweep, const double *row) {
    size_t count;
    const mct_table_column *columns = mct_sweep_columns(sweep, &count);

    for (size_t i = 0; i < count; i++) {
        const double *values = row + columns[i].offset;

        if (columns[i].text) {
            cli_json_text(to, columns[i].name, columns[i].text(*values));
        } else if (columns[i].is_list) {
            size_t length = 0;

            while (length < columns[i].width && !isnan(values[length])) length++;
            cli_json_list(to, columns[i].name, values, length);
        } else {
            cli_json_array(to, columns[i].name, values, columns[i].rank, columns[i].shape);
        }
    }
}

static void put_warnings(cli_json *to, const mct_sweep *sweep, size_t point) {
    const char *text;

    cli_json_open(to, "warnings", "[]");
    for (size_t i = 0; (text = mct_sweep_point_warning(sweep, point, i)); i++) cli_json_text(to, NULL, text);
    cli_json_close(to);
}

static mct_status print_line(cli *run, const mct_sweep *sweep, size_t point) {
    const mct_sweep_table *table = mct_sweep_table_of(sweep);
    cli_json object = {0};
    char error[MCT_TABLE_ERROR_LENGTH];
    double number;

    cli_json_open(&object, NULL, "{}");
    cli_json_number(&object, "point", (double)point);
    cli_json_open(&object, "parameters", "{}");
    for (size_t key = 0; key < mct_sweep_table_keys(table); key++) {
        const char *value = mct_sweep_table_value(table, point, key);

        if (mct_number_parse(value, &number)) {
            cli_json_number(&object, mct_sweep_table_key(table, key), number);
        } else {
            cli_json_text(&object, mct_sweep_table_key(table, key), value);
        }
    }
    cli_json_close(&object);
    cli_json_text(&object, "status", mct_status_name(mct_sweep_status(sweep, point)));
    if (mct_sweep_status(sweep, point) != MCT_OK) {
        cli_json_text(&object, "error", mct_sweep_error(sweep, point, error));
    } else {
        put_values(&object, sweep, mct_sweep_row(sweep, point));
    }
    cli_json_number(&object, "kernel_evaluations", (double)mct_sweep_evaluations(sweep, point));
    put_warnings(&object, sweep, point);
    return cli_print_line(run, &object);
}

/* ---- summary ------------------------------------------------------------------------------------------------ */

static void print_axes(const mct_sweep *sweep) {
    const mct_sweep_table *table = mct_sweep_table_of(sweep);
    const size_t last = mct_sweep_table_points(table) - 1;

    for (size_t key = 0; key < mct_sweep_table_keys(table); key++) {
        printf("varied             %s: %s ... %s\n", mct_sweep_table_key(table, key),
               mct_sweep_table_value(table, 0, key), mct_sweep_table_value(table, last, key));
    }
}

static int compare(const void *a, const void *b) {
    const unsigned long one = *(const unsigned long *)a, other = *(const unsigned long *)b;

    return one < other ? -1 : one > other;
}

static mct_status print_evaluations(const cli *run, const mct_sweep *sweep, size_t points) {
    unsigned long *counts = malloc(points * sizeof *counts), all = 0;

    if (!counts) return mct_fail(run->context, MCT_MEMORY, "not enough memory for the summary");
    for (size_t p = 0; p < points; p++) all += counts[p] = mct_sweep_evaluations(sweep, p);
    qsort(counts, points, sizeof *counts, compare);
    printf("kernel evaluations %lu; per point %lu in the median, at most %lu\n", all, counts[points / 2],
           counts[points - 1]);
    free(counts);
    return MCT_OK;
}

/* The first failures, each with what tells its point from others. */
static void print_failures(const mct_sweep *sweep, size_t failed) {
    enum { SHOWN = 3 };
    const mct_sweep_table *table = mct_sweep_table_of(sweep);
    char error[MCT_TABLE_ERROR_LENGTH];
    size_t shown = 0;

    for (size_t p = 0; p < mct_sweep_table_points(table) && shown < SHOWN; p++) {
        if (mct_sweep_status(sweep, p) == MCT_OK) continue;
        printf("failed             point %zu", p);
        for (size_t key = 0; key < mct_sweep_table_keys(table); key++) {
            printf(", %s = %s", mct_sweep_table_key(table, key), mct_sweep_table_value(table, p, key));
        }
        printf(": %s\n", mct_sweep_error(sweep, p, error));
        shown++;
    }
    if (failed > shown) printf("                   and %zu more\n", failed - shown);
}

static mct_status print_summary(const cli *run, const mct_sweep *sweep) {
    const size_t points = mct_sweep_table_points(mct_sweep_table_of(sweep));
    const int threads = mct_context_threads(run->context);
    size_t failed;

    mct_sweep_done(sweep, &failed);
    printf("sweep              %s at %zu points\n", mct_sweep_command_name(mct_sweep_what(sweep)), points);
    print_axes(sweep);
    cli_print_model(run, NULL);
    printf("done               %zu, failed %zu\n", points - failed, failed);
    print_failures(sweep, failed);
    MCT_TRY(print_evaluations(run, sweep, points));
    printf("computed with      backend %s, %d thread%s, %.3g s, %.4g points per second\n", run->backend_used, threads,
           threads == 1 ? "" : "s", run->seconds, (double)points / run->seconds);
    cli_print_written(run);
    return MCT_OK;
}

/* A trace has no table. */
void cli_sweep_cost(cli *run, const mct_sweep *sweep, const mct_sweep_cost *cost) {
    if (run->json) {
        cli_json_number(&run->result, "points", (double)cost->points);
        cli_json_number(&run->result, "memory", (double)cost->memory);
        cli_json_number(&run->result, "file", (double)cost->file);
        cli_json_number(&run->result, "seconds_estimated", cost->seconds);
        return;
    }
    if (run->quiet) return;
    if (sweep) {
        printf("sweep              %s at %zu points\n", mct_sweep_command_name(mct_sweep_what(sweep)), cost->points);
        print_axes(sweep);
    } else {
        printf("trace              of phi_c, about %zu points\n", cost->points);
    }
    printf("memory             %.4g MiB\n", (double)cost->memory / 0x1p20);
    printf("result file        about %.4g MiB\n", (double)cost->file / 0x1p20);
    printf("estimated time     about %.2g s with %d thread%s\n", cost->seconds, mct_context_threads(run->context),
           mct_context_threads(run->context) == 1 ? "" : "s");
    printf("(a dry run: nothing was computed or written)\n");
}

/* ---- the run ------------------------------------------------------------------------------------------------ */

static mct_status save(cli *run, mct_sweep *sweep) {
    const char *file = run->config->output.file;
    mct_archive *archive = NULL;
    mct_table table;
    mct_status status;

    if (!file[0]) return MCT_OK;
    MCT_TRY(mct_sweep_view(sweep, &table));
    MCT_TRY_CLEANUP(mct_archive_create(run->context, "sweep", run->config, &archive));
    MCT_TRY_CLEANUP(mct_archive_put_table(run->context, archive, &table, run->config));
    MCT_TRY_CLEANUP(mct_archive_save(run->context, archive, file));
    mct_sweep_remove_journal(sweep);
cleanup:
    mct_archive_destroy(archive);
    return status;
}

static mct_status stopped(cli *run, mct_status why) {
    char text[1400];

    if (!run->config->output.file[0]) return why;
    snprintf(text, sizeof text, "%s", mct_context_error(run->context));
    run->kept = true;
    return mct_fail(run->context, why,
                    "%s; what is finished is in %.300s.journal: the same command with --resume goes on", text,
                    run->config->output.file);
}

static mct_status report(cli *run, mct_sweep *sweep) {
    const size_t points = mct_sweep_table_points(mct_sweep_table_of(sweep));

    for (size_t p = 0; p < points; p++) run->evaluations += mct_sweep_evaluations(sweep, p);
    for (size_t p = 0; p < points && run->json; p++) MCT_TRY(print_line(run, sweep, p));
    return run->json || run->quiet ? MCT_OK : print_summary(run, sweep);
}

static mct_status dry_run(cli *run, mct_sweep *sweep) {
    mct_sweep_cost cost;

    MCT_TRY(mct_sweep_estimate(sweep, &cost));
    cli_sweep_cost(run, sweep, &cost);
    return MCT_OK;
}

/* Every process computes; the first one gathers, once the others have closed their journals, and reports. */
static mct_status compute(cli *run, const mct_ranks *ranks, mct_sweep **sweep) {
    const double start = cli_clock();
    mct_status status = mct_sweep_run(*sweep), worst;

    if (status != MCT_OK) ranks->stop();
    if (ranks->rank > 0) {
        mct_sweep_destroy(*sweep);
        *sweep = NULL;
    }
    worst = ranks->agree(status);
    run->seconds = cli_clock() - start;
    cli_end_progress();
    if (status == MCT_OK && worst != MCT_OK) {
        status = mct_fail(run->context, worst, "another process ended: %s", mct_status_sentence(worst));
    }
    if (ranks->rank > 0) {
        run->lines = run->json; /* the first process answers */
        run->json = false;
        run->kept = true;
        return status;
    }
    if (status == MCT_OK) status = mct_sweep_gather(*sweep);
    if (status == MCT_OK) status = save(run, *sweep);
    return status == MCT_OK ? report(run, *sweep) : stopped(run, status);
}

static mct_status check_request(cli *run, const mct_ranks *ranks, mct_sweep_options *options) {
    if (run->config->output.file[0]) {
        options->journal = run->config->output.file;
        if (run->resume || run->dry_run || ranks->rank > 0) return MCT_OK;
        return mct_journal_check(run->context, options->journal);
    }
    if (run->resume) {
        return mct_fail(run->context, MCT_USAGE, "apmct sweep: --resume needs -o FILE, beside which the journal is");
    }
    if (ranks->count == 1 || run->dry_run) return MCT_OK;
    return mct_fail(run->context, MCT_USAGE,
                    "apmct sweep: %zu processes need -o FILE, in a folder that all of them see", ranks->count);
}

static mct_status sweep_with(cli *run, const mct_ranks *ranks) {
    size_t next = 0;
    mct_sweep_options options = {
        .resume = run->resume, .claim = ranks->claim, .share = ranks->share, .user = &next, .process = ranks->rank};
    mct_sweep *sweep = NULL;
    mct_status status;

    status = check_request(run, ranks, &options);
    options.matrices =
        run->json || (options.journal && strcmp(mct_config_sweep_command(run->config), "evolve") != 0); /* summaries */
    if (status == MCT_OK) {
        status = cli_explained(run, mct_sweep_create(run->context, run->config, &options, &sweep));
    }
    if (sweep) run->backend_used = mct_sweep_backend_name(sweep);
    if (ranks->agree(status) != MCT_OK) goto cleanup; /* each has its own message, or none */
    run->lines = run->json && !run->dry_run;
    if (run->dry_run) {
        if (ranks->rank == 0) status = dry_run(run, sweep);
    } else {
        status = compute(run, ranks, &sweep);
    }
cleanup:
    mct_sweep_destroy(sweep);
    return status;
}

mct_status cli_sweep(cli *run) {
    char why[640];
    const mct_ranks *ranks;
    mct_status status;

    MCT_TRY(cli_configure(run, run->operand_count ? run->operands[0] : NULL));
    if (mct_sweep_is_trace(run->config)) return cli_trace(run);
    ranks = mct_ranks_start(why, sizeof why);
    if (*why) mct_tell(run->context, MCT_MESSAGE_WARNING, "%s", why);
    status = sweep_with(run, ranks);
    ranks->finish();
    return status;
}
