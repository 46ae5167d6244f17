/* config.h: everything that a run can be told, from defaults, files and single assignments.
 *
 * Later calls win: mct_config_create (defaults) < mct_config_load < mct_config_set.  Maps merge, lists replace.
 * Each key is checked for type and range as it is read; what concerns several keys is checked by
 * mct_config_check, which must succeed before the fields are used.  Messages name file, line, key, value and
 * allowed range.  YAML is known to src/config alone. */
#ifndef APMCT_CONFIG_H
#define APMCT_CONFIG_H

#include "apmct/grid.h"
#include "apmct/kernel.h"
#include "apmct/mixture.h"
#include "apmct/options.h"
#include "apmct/structure.h"
#include "apmct/time.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Critical points: apmct critical. */
typedef struct mct_critical_options {
    char of[64];     /* "packing_fraction" (default; also mixture.packing_fraction) or "mixture.species.I.activity" */
    double range[2]; /* [lowest, highest] searched; both 0: not given, then [1, 10] of activities */
} mct_critical_options;

typedef struct mct_checkpoint_options {
    double interval; /* s; default 30 */
} mct_checkpoint_options;

typedef struct mct_numbers {
    size_t count;   /* 0: all */
    double *values; /* [count], owned by the configuration; NULL for all */
} mct_numbers;

typedef struct mct_output_options {
    double wave_number;       /* observed wave number, 1/d; default 7.4 */
    mct_numbers wave_numbers; /* stored wave numbers, 1/d; default all */
    double times_per_decade;  /* stored times; 0 (default): all */
    bool correlator;          /* store the correlator; default true */
    char file[4096];          /* result file; "" (default): none */
} mct_output_options;

typedef struct mct_config_origins mct_config_origins; /* which key came from where */
typedef struct mct_value mct_value;                   /* a YAML value, kept as it is */

typedef struct mct_config {
    mct_mixture mixture; /* species owned by the configuration */
    mct_structure_options structure;
    mct_grid grid;
    mct_solver_options solver;
    mct_time_options time;
    mct_critical_options critical;
    mct_checkpoint_options checkpoint;
    mct_output_options output;
    size_t tagged_count;
    mct_tagged *tagged;          /* [tagged_count], owned by the configuration */
    mct_value *sweep;            /* section sweep, checked in shape; NULL if absent; owned */
    size_t fraction_rest;        /* index of the species with `fraction: rest`; SIZE_MAX: none */
    mct_config_origins *origins; /* owned */
} mct_config;

/* A configuration with every option at its default.  Errors: MCT_MEMORY.  Caller owns *config. */
mct_status mct_config_create(mct_context *context, mct_config **config);
void mct_config_destroy(mct_config *config);

/* The same without its section sweep and without where keys came from.  Errors: MCT_MEMORY.  Caller owns *copy. */
mct_status mct_config_copy(mct_context *context, const mct_config *config, mct_config **copy);

/* Reads a YAML file over what is there; "-" is standard input; an empty file changes nothing.
 * Errors: MCT_FILE (cannot be read), MCT_CONFIG (file:line, key, value, allowed range), MCT_MEMORY. */
mct_status mct_config_load(mct_context *context, mct_config *config, const char *path);

/* The same from memory, text[length]; `name` stands for the file in messages. */
mct_status mct_config_parse(mct_context *context, mct_config *config, const char *name, const char *text,
                            size_t length);

/* One assignment "KEY=VALUE" as of --set: dotted key; species by index (index = count appends); the value of an
 * option that is not a scalar is YAML.  Errors: MCT_CONFIG, MCT_MEMORY. */
mct_status mct_config_set(mct_context *context, mct_config *config, const char *assignment);

/* The same with key and value apart; `origin` ("--backend") stands before the value in messages, NULL: the key. */
mct_status mct_config_set_value(mct_context *context, mct_config *config, const char *origin, const char *key,
                                const char *value);

/* Resolves `fraction: rest` and tagged species and checks what concerns several keys.  May be called again after
 * further changes.  Errors: MCT_CONFIG.  Warnings go to the context. */
mct_status mct_config_check(mct_context *context, mct_config *config);

/* Warns (context) where the grid does not resolve the structure of `mixture`, the state that is computed
 * (mct_structure_judge_grid), or where an observed wave number lies beyond the grid.  Errors: MCT_MEMORY. */
mct_status mct_config_judge(mct_context *context, const mct_config *config, const mct_mixture *mixture);

/* The resolved configuration as text that mct_config_parse reads back to the same (YAML) or as one JSON object.
 * `archived` leaves out what does not change a result (output.file).  Caller frees *text with free().
 * Errors: MCT_MEMORY. */
mct_status mct_config_to_yaml(mct_context *context, const mct_config *config, bool archived, char **text);
mct_status mct_config_to_json(mct_context *context, const mct_config *config, bool archived, char **text);

/* sweep.command ("critical"), or "" where there is none. */
const char *mct_config_sweep_command(const mct_config *config);

enum { MCT_SWEEP_POINTS_MAX = 10000000 };

/* Section sweep.trace, for mct_critical_trace. */
typedef struct mct_sweep_trace {
    size_t species;     /* whose activity varies */
    double range[2];    /* from, to */
    double tolerance;   /* of phi_c between nodes; default 1e-6 */
    size_t level_count; /* packing fractions of sweep.trace.find */
    double *levels;     /* [level_count], owned: mct_sweep_trace_clear */
} mct_sweep_trace;

/* Whether the configuration asks for a trace rather than a table. */
bool mct_sweep_is_trace(const mct_config *config);
/* Errors: MCT_CONFIG, MCT_MEMORY. */
mct_status mct_sweep_trace_read(mct_context *context, const mct_config *config, mct_sweep_trace *request);
void mct_sweep_trace_clear(mct_sweep_trace *trace);

/* Calls `visit` for each scalar option in the order of the table, elements of lists included: `key` is the full
 * dotted key ("mixture.species.0.activity"), `base` what option->offset counts from.  Options that have no value
 * are left out.  Stops at the first status that is not MCT_OK and returns it. */
typedef mct_status (*mct_config_visitor)(void *user, const char *key, const mct_option *option, const void *base);
mct_status mct_config_visit(const mct_config *config, mct_config_visitor visit, void *user);

/* Where the value of `key` came from ("fig.yaml:4", "--set grid.points=80"), or NULL where it is the default. */
const char *mct_config_origin(const mct_config *config, const char *key);

/* Where the last failure of `context` names a key ("mixture.packing_fraction = 2: must be ...") that came from a
 * file or an assignment: the same failure with that place in front, MCT_ARGUMENT turned into MCT_CONFIG.  Returns the
 * status now recorded. */
mct_status mct_config_explain(mct_context *context, const mct_config *config);

#ifdef __cplusplus
}
#endif
#endif
