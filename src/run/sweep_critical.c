/* sweep_critical.c: points of a sweep of apmct critical: each one of a unit starts from its neighbour.
 *
 * A neighbour may lead to another transition than the first one that is met from low packing fractions: where glass and fluid
 * alternate there are several. So points are sought again from nothing where phi_c does not follow its slopes, from there on
 * in both directions as long as that changes something, and so is the last point of a unit. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "glass/critical_search.h"
#include "run/sweep_internal.h"

enum { UNIT = 20, ACTIVITIES_MAX = 16 };

static const char activity_of[] = "mixture.species.";

static bool is_of_activity(const mct_config *config) {
    return strncmp(config->critical.of, activity_of, strlen(activity_of)) == 0;
}

static size_t columns(const mct_config *config, bool matrices, mct_table_column *column) {
    static const mct_table_column numbers[] = {
        {.name = "exponent_parameter", .unit = "", .description = "lambda_MCT"},
        {.name = "a", .unit = "", .description = "exponent of the critical decay"},
        {.name = "b", .unit = "", .description = "von Schweidler exponent"},
        {.name = "gamma", .unit = "", .description = "exponent of the relaxation time"},
        {.name = "separation", .unit = "", .description = "C, sigma = C eps"}};
    const size_t m = config->mixture.species_count;
    size_t count = 0;

    if (is_of_activity(config)) {
        column[count++] = (mct_table_column){.name = "activity_critical",
                                             .rank = 1,
                                             .shape = {MCT_SWEEP_ROOTS},
                                             .unit = "",
                                             .description = "critical activities, ascending; NaN after the last",
                                             .is_list = true};
    } else {
        column[count++] =
            (mct_table_column){.name = "packing_fraction_critical", .unit = "", .description = "NaN: there is none"};
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) column[count++] = numbers[i];
    column[count++] = (mct_table_column){
        .name = "slope", .rank = 1, .shape = {m}, .unit = "", .description = "d phi_c/d lambda of each species"};
    column[count++] = (mct_table_column){.name = "nonergodicity_observed",
                                         .rank = 1,
                                         .shape = {m},
                                         .unit = "",
                                         .description = "f_mu at the observed wave number"};
    column[count++] = (mct_table_column){.name = "nonergodicity_area",
                                         .rank = 1,
                                         .shape = {m},
                                         .unit = "1/d",
                                         .description = "integral of f_mu over the wave number"};
    if (matrices) {
        column[count++] = (mct_table_column){.name = "nonergodicity",
                                             .rank = 3,
                                             .shape = {config->grid.points, m, m},
                                             .unit = "",
                                             .description = "F_c[q][mu][nu]",
                                             .is_matrix = true};
    }
    return count;
}

/* What a critical point says, `mixture` being the one at it. */
static mct_status put(mct_sweep_worker *worker, double *row, const mct_mixture *mixture,
                      const mct_critical_point *point) {
    const mct_sweep *sweep = worker->sweep;

    *mct_sweep_at(sweep, row, "exponent_parameter") = point->exponents.exponent_parameter;
    *mct_sweep_at(sweep, row, "a") = point->exponents.a;
    *mct_sweep_at(sweep, row, "b") = point->exponents.b;
    *mct_sweep_at(sweep, row, "gamma") = point->exponents.gamma;
    *mct_sweep_at(sweep, row, "separation") = point->separation;
    memcpy(mct_sweep_at(sweep, row, "slope"), point->slope, point->species * sizeof *point->slope);
    MCT_TRY(mct_config_judge(worker->context, worker->config, mixture));
    mct_sweep_put_matrix(worker, row, "nonergodicity", point->nonergodicity);
    return mct_sweep_put_observed(worker, row, mixture, point->nonergodicity, "nonergodicity_observed",
                                  "nonergodicity_area");
}

static mct_glass_options options_of(const mct_config *config) {
    mct_glass_options options = mct_glass_options_default();

    options.solver = config->solver;
    options.structure = config->structure;
    return options;
}

/* ---- critical packing fractions ------------------------------------------------------------------------------ */

static const double jump = 1.0e-3; /* of phi_c, beyond what the slopes at both ends say */

/* The points of a unit. */
typedef struct chain {
    mct_sweep_worker *worker;
    const size_t *points;
    size_t count;
    double *rows;
    mct_critical_search search; /* serves all of them, if they are of one grid */
    bool open;
    mct_critical_point *found[UNIT]; /* NULL: not there (yet) */
    mct_status status[UNIT];
    bool confirmed[UNIT];
    double activity[UNIT][ACTIVITIES_MAX];
} chain;

static double *row_of(const chain *of, size_t i) {
    return of->rows + i * of->worker->sweep->row_length;
}

static void close_search(chain *of) {
    if (of->open) mct_critical_search_destroy(&of->search);
    of->open = false;
}

static mct_status open_search(chain *of) {
    const mct_config *config = of->worker->config;
    const mct_glass_options options = options_of(config);

    if (of->open && of->worker->sweep->same_grid) return MCT_OK;
    close_search(of);
    MCT_TRY(mct_critical_search_create(of->worker->context, &options, &config->grid, &config->mixture, &of->search));
    of->open = true;
    return MCT_OK;
}

/* The critical point at place i into *point, from another one (NULL: from nothing). */
static mct_status seek(chain *of, size_t i, const mct_critical_point *start, mct_critical_point **point) {
    const mct_config *config = of->worker->config;
    mct_status status;

    *point = NULL;
    MCT_TRY(mct_sweep_place(of->worker, of->points[i]));
    for (size_t mu = 0; mu < config->mixture.species_count && mu < ACTIVITIES_MAX; mu++) {
        of->activity[i][mu] = config->mixture.species[mu].activity;
    }
    MCT_TRY(open_search(of));
    MCT_TRY(mct_critical_point_create(of->worker->context, &config->grid, config->mixture.species_count, point));
    status = mct_critical_find(&of->search, &config->mixture, start, *point);
    row_of(of, i)[MCT_SWEEP_EVALUATIONS] += (double)(*point)->evaluations;
    if (status == MCT_OK) return MCT_OK;
    mct_critical_point_destroy(*point);
    *point = NULL;
    return status;
}

/* What ends the whole sweep; anything else is the point's. */
static bool is_fatal(const chain *of, size_t i) {
    return mct_sweep_record(of->worker, row_of(of, i), of->status[i],
                            (unsigned long)row_of(of, i)[MCT_SWEEP_EVALUATIONS]);
}

/* Place i from nothing; *lower: that gave a lower transition, or one where there was none. */
static mct_status confirm(chain *of, size_t i, bool *lower) {
    mct_critical_point *point;

    *lower = false;
    if (of->confirmed[i]) return MCT_OK;
    of->confirmed[i] = true;
    const mct_status status = seek(of, i, NULL, &point);
    if (status != MCT_OK) {
        const bool is_its_own = status == MCT_NOT_CONVERGED || status == MCT_UNPHYSICAL;
        if (of->found[i]) return is_its_own ? MCT_OK : status;
        of->status[i] = status;
        return is_fatal(of, i) ? status : MCT_OK;
    }
    *lower = point->found && (!of->found[i] || !of->found[i]->found ||
                              point->packing_fraction < of->found[i]->packing_fraction * (1 - 1e-9));
    if (!*lower) {
        mct_critical_point_destroy(point);
        return MCT_OK;
    }
    mct_critical_point_destroy(of->found[i]);
    of->found[i] = point;
    of->status[i] = MCT_OK;
    return MCT_OK;
}

static bool is_found(const chain *of, size_t i) {
    return of->found[i] && of->found[i]->found;
}

/* Whether phi_c goes from place i to the next as the slopes at both say; only steps of activities have slopes. */
static bool is_smooth(const chain *of, size_t i) {
    const mct_sweep_table *table = of->worker->sweep->table;
    double rise = 0;

    if (!is_found(of, i) || !is_found(of, i + 1)) return false;
    for (size_t key = 0; key < mct_sweep_table_keys(table); key++) {
        if (strcmp(mct_sweep_table_value(table, of->points[i], key),
                   mct_sweep_table_value(table, of->points[i + 1], key)) != 0 &&
            !strstr(mct_sweep_table_key(table, key), ".activity")) {
            return true;
        }
    }
    for (size_t mu = 0; mu < of->found[i]->species && mu < ACTIVITIES_MAX; mu++) {
        rise += 0.5 * (of->found[i]->slope[mu] + of->found[i + 1]->slope[mu]) *
                (of->activity[i + 1][mu] - of->activity[i][mu]);
    }
    return fabs(of->found[i + 1]->packing_fraction - of->found[i]->packing_fraction - rise) <= jump;
}

/* From place i in one direction, as far as points change. */
static mct_status confirm_from(chain *of, size_t i, bool upwards) {
    bool lower = true;

    while (lower && i < of->count) { /* i wraps round below 0 */
        MCT_TRY(confirm(of, i, &lower));
        i = upwards ? i + 1 : i - 1;
    }
    return MCT_OK;
}

static mct_status packing_fractions(chain *of) {
    bool lower;

    for (size_t i = 0; i < of->count; i++) {
        const mct_critical_point *start =
            i > 0 && is_found(of, i - 1) && of->worker->sweep->same_grid ? of->found[i - 1] : NULL;

        of->status[i] = seek(of, i, start, &of->found[i]);
        of->confirmed[i] = !start;
        if (is_fatal(of, i)) return of->status[i];
    }
    for (size_t i = 0; i + 1 < of->count; i++) {
        if (is_smooth(of, i)) continue;
        MCT_TRY(confirm_from(of, i, false));
        MCT_TRY(confirm_from(of, i + 1, true));
    }
    MCT_TRY(confirm(of, of->count - 1, &lower));
    if (lower && of->count > 1) MCT_TRY(confirm_from(of, of->count - 2, false));
    return MCT_OK;
}

/* Rows of what was found. */
static mct_status put_all(chain *of) {
    for (size_t i = 0; i < of->count; i++) {
        mct_sweep_worker *worker = of->worker;
        double *row = row_of(of, i);
        mct_mixture mixture;

        MCT_TRY(mct_sweep_place(worker, of->points[i]));
        if (!is_found(of, i)) { /* the grid may be why */
            MCT_TRY(mct_config_judge(worker->context, worker->config, &worker->config->mixture));
            continue;
        }
        mixture = worker->config->mixture;
        *mct_sweep_at(worker->sweep, row, "packing_fraction_critical") = mixture.packing_fraction =
            of->found[i]->packing_fraction;
        of->status[i] = put(worker, row, &mixture, of->found[i]);
        memset(row + worker->sweep->row_length - MCT_SWEEP_TEXT / sizeof(double), 0, MCT_SWEEP_TEXT);
        if (is_fatal(of, i)) return of->status[i];
    }
    return MCT_OK;
}

static mct_status compute_chain(mct_sweep_worker *worker, const size_t *points, size_t count, double *rows) {
    chain *of = calloc(1, sizeof *of);
    mct_status status;

    if (!of) return mct_fail(worker->context, MCT_MEMORY, "sweep: not enough memory for critical points");
    of->worker = worker;
    of->points = points;
    of->count = count;
    of->rows = rows;
    status = packing_fractions(of);
    if (status == MCT_OK) status = put_all(of);
    close_search(of);
    for (size_t i = 0; i < count; i++) mct_critical_point_destroy(of->found[i]);
    free(of);
    return status;
}

/* ---- critical activities ------------------------------------------------------------------------------------- */

static mct_status activity(mct_sweep_worker *worker, double *row) {
    static const double whole_range[2] = {1, 10};
    const mct_config *config = worker->config;
    const mct_glass_options options = options_of(config);
    const double *range = config->critical.range[1] > 0 ? config->critical.range : whole_range;
    const size_t species = strtoul(config->critical.of + strlen(activity_of), NULL, 10);
    mct_critical_line *line;
    mct_status status = MCT_OK;

    MCT_TRY(mct_critical_activity(worker->context, &options, &config->grid, &config->mixture, species, range, &line));
    row[MCT_SWEEP_EVALUATIONS] = (double)line->evaluations;
    if (line->root_count > MCT_SWEEP_ROOTS) {
        status = mct_fail(worker->context, MCT_NOT_CONVERGED, "%zu critical activities, more than %d", line->root_count,
                          MCT_SWEEP_ROOTS);
    } else if (line->root_count > 0) {
        memcpy(mct_sweep_at(worker->sweep, row, "activity_critical"), line->root,
               line->root_count * sizeof *line->root);
        config->mixture.species[species].activity = line->root[0];
        status = put(worker, row, &config->mixture, line->root_point[0]);
    } else {
        status = mct_config_judge(worker->context, config, &config->mixture);
    }
    mct_critical_line_destroy(line);
    return status;
}

static mct_status compute(mct_sweep_worker *worker, const size_t *points, size_t count, double *rows) {
    if (!is_of_activity(worker->sweep->config)) return compute_chain(worker, points, count, rows);
    for (size_t i = 0; i < count; i++) {
        double *row = rows + i * worker->sweep->row_length;
        mct_status status = mct_sweep_place(worker, points[i]);

        if (status == MCT_OK) status = activity(worker, row);
        if (mct_sweep_record(worker, row, status, (unsigned long)row[MCT_SWEEP_EVALUATIONS])) return status;
    }
    return MCT_OK;
}

const mct_sweep_method mct_sweep_critical = {"critical", UNIT, UNIT, columns, compute};
