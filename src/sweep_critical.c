/* sweep_critical.c: points of a sweep of apmct critical: each one of a unit starts from its neighbour. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "critical_internal.h"
#include "sweep_internal.h"

enum { UNIT = 20 };

static const char activity_of[] = "mixture.species.";

static bool is_of_activity(const mct_config *config) {
    return strncmp(config->critical.of, activity_of, strlen(activity_of)) == 0;
}

static size_t columns(const mct_config *config, bool matrices, mct_sweep_column *column) {
    static const mct_sweep_column numbers[] = {
        {.name = "exponent_parameter", .unit = "", .description = "lambda_MCT"},
        {.name = "a", .unit = "", .description = "exponent of the critical decay"},
        {.name = "b", .unit = "", .description = "von Schweidler exponent"},
        {.name = "gamma", .unit = "", .description = "exponent of the relaxation time"},
        {.name = "separation", .unit = "", .description = "C, sigma = C eps"}};
    const size_t m = config->mixture.species_count;
    size_t count = 0;

    if (is_of_activity(config)) {
        column[count++] = (mct_sweep_column){.name = "activity_critical",
                                             .rank = 1,
                                             .shape = {MCT_SWEEP_ROOTS},
                                             .unit = "",
                                             .description = "critical activities, ascending; NaN after the last",
                                             .is_list = true};
    } else {
        column[count++] =
            (mct_sweep_column){.name = "packing_fraction_critical", .unit = "", .description = "NaN: there is none"};
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) column[count++] = numbers[i];
    column[count++] = (mct_sweep_column){
        .name = "slope", .rank = 1, .shape = {m}, .unit = "", .description = "d phi_c/d lambda of each species"};
    column[count++] = (mct_sweep_column){.name = "nonergodicity_observed",
                                         .rank = 1,
                                         .shape = {m},
                                         .unit = "",
                                         .description = "f_mu at the observed wave number"};
    column[count++] = (mct_sweep_column){.name = "nonergodicity_area",
                                         .rank = 1,
                                         .shape = {m},
                                         .unit = "1/d",
                                         .description = "integral of f_mu over the wave number"};
    if (matrices) {
        column[count++] = (mct_sweep_column){.name = "nonergodicity",
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

/* A search that serves a unit, and the critical points found in it. */
typedef struct chain {
    mct_critical_search search;
    bool open;
    mct_critical_point *last, *fresh; /* the one before, if it was found */
} chain;

static void close_chain(chain *of) {
    if (of->open) mct_critical_search_destroy(&of->search);
    mct_critical_point_destroy(of->last);
    mct_critical_point_destroy(of->fresh);
    *of = (chain){0};
}

static mct_status open_chain(mct_sweep_worker *worker, chain *of) {
    const mct_config *config = worker->config;
    const mct_glass_options options = options_of(config);
    const size_t m = config->mixture.species_count;

    if (of->open && worker->sweep->same_grid) return MCT_OK;
    close_chain(of);
    MCT_TRY(mct_critical_search_create(worker->context, &options, &config->grid, &config->mixture, &of->search));
    of->open = true;
    MCT_TRY(mct_critical_point_create(worker->context, &config->grid, m, &of->last));
    return mct_critical_point_create(worker->context, &config->grid, m, &of->fresh);
}

static mct_status packing_fraction(mct_sweep_worker *worker, chain *of, double *row) {
    mct_mixture mixture = worker->config->mixture;
    mct_critical_point *found;

    MCT_TRY(open_chain(worker, of));
    found = of->fresh;
    const mct_status status = mct_critical_find(&of->search, &mixture, of->last->found ? of->last : NULL, found);
    row[MCT_SWEEP_EVALUATIONS] = (double)found->evaluations;
    MCT_TRY(status);
    if (!found->found) {
        mct_critical_clear(of->last);
        return MCT_OK;
    }
    *mct_sweep_at(worker->sweep, row, "packing_fraction_critical") = mixture.packing_fraction = found->packing_fraction;
    of->fresh = of->last;
    of->last = found;
    return put(worker, row, &mixture, found);
}

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
    }
    mct_critical_line_destroy(line);
    return status;
}

static mct_status compute(mct_sweep_worker *worker, const size_t *points, size_t count, double *rows) {
    chain of = {0};
    mct_status status = MCT_OK;

    for (size_t i = 0; i < count; i++) {
        double *row = rows + i * worker->sweep->row_length;

        status = mct_sweep_place(worker, points[i]);
        if (status == MCT_OK) {
            status = is_of_activity(worker->config) ? activity(worker, row) : packing_fraction(worker, &of, row);
        }
        if (mct_sweep_record(worker, row, status, (unsigned long)row[MCT_SWEEP_EVALUATIONS])) break;
        if (status != MCT_OK && of.last) mct_critical_clear(of.last); /* the next one is sought from nothing */
        status = MCT_OK;
    }
    close_chain(&of);
    return status;
}

const mct_sweep_method mct_sweep_critical = {"critical", UNIT, columns, compute};
