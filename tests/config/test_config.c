/* test_config.c: files, assignments, merging, checks, dumps; every refusal with its message. */
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apmct/apmct.h"

static mct_context *context;
static mct_config *config;
static int warnings;

static void count(void *user, mct_message_kind kind, const char *text) {
    (void)user;
    (void)text;
    warnings += kind == MCT_MESSAGE_WARNING;
}

static void set_up(void) {
    cr_assert_eq(mct_context_create(&context), MCT_OK);
    mct_context_set_messages(context, count, NULL);
    cr_assert_eq(mct_config_create(context, &config), MCT_OK);
}

static void tear_down(void) {
    mct_config_destroy(config);
    mct_context_destroy(context);
}

/* A configuration without what the calls before have left. */
static void renew(void) {
    mct_config_destroy(config);
    cr_assert_eq(mct_config_create(context, &config), MCT_OK);
}

TestSuite(config, .init = set_up, .fini = tear_down);

static mct_status parse(const char *yaml) {
    return mct_config_parse(context, config, "f.yaml", yaml, strlen(yaml));
}

static void good(const char *yaml) {
    cr_assert_eq(parse(yaml), MCT_OK, "%s\n%s", yaml, mct_context_error(context));
    cr_assert_eq(mct_config_check(context, config), MCT_OK, "%s\n%s", yaml, mct_context_error(context));
}

/* Reading or checking fails, and the message is what is expected or starts with it. */
static void bad(const char *yaml, const char *message) {
    mct_status status = parse(yaml);

    if (status == MCT_OK) status = mct_config_check(context, config);
    cr_assert_eq(status, MCT_CONFIG, "%s: %s", yaml, mct_status_name(status));
    cr_assert_eq(strncmp(mct_context_error(context), message, strlen(message)), 0, "%s\n  got  %s\n  want %s", yaml,
                 mct_context_error(context), message);
    renew();
}

static void set(const char *assignment) {
    cr_assert_eq(mct_config_set(context, config, assignment), MCT_OK, "%s", mct_context_error(context));
}

static void bad_set(const char *assignment, const char *message) {
    mct_status status = mct_config_set(context, config, assignment);

    if (status == MCT_OK) status = mct_config_check(context, config);
    cr_assert_eq(status, MCT_CONFIG, "%s: %s", assignment, mct_status_name(status));
    cr_assert_eq(strncmp(mct_context_error(context), message, strlen(message)), 0, "%s\n  got  %s\n  want %s",
                 assignment, mct_context_error(context), message);
    renew();
}

/* ---- defaults, merging, precedence -------------------------------------------------------------------------- */

Test(config, defaults_are_the_example_of_the_design) {
    cr_assert_eq(mct_config_check(context, config), MCT_OK);
    cr_assert_eq(config->mixture.packing_fraction, 0.524);
    cr_assert_eq(config->mixture.species_count, 2);
    cr_assert_str_eq(config->mixture.species[0].name, "active");
    cr_assert_eq(config->mixture.species[0].activity, 1.05);
    cr_assert_eq(config->mixture.species[1].activity, 1);
    cr_assert_eq(config->grid.points, 100);
    cr_assert_eq(config->grid.spacing, 0.4);
    cr_assert_eq(config->solver.kernel, MCT_KERNEL_AUTO);
    cr_assert_str_eq(config->solver.backend, "auto");
    cr_assert_eq(config->solver.tolerance, 1e-12);
    cr_assert_eq(config->time.steps_per_block, 64);
    cr_assert_eq(config->time.order, 5);
    cr_assert_eq(config->time.until, 1e10);
    cr_assert_eq(config->time.accuracy, 0);
    cr_assert_str_eq(config->critical.of, "packing_fraction");
    cr_assert_eq(config->checkpoint.interval, 30);
    cr_assert_eq(config->output.wave_number, 7.4);
    cr_assert_eq(config->output.wave_numbers.count, 0);
    cr_assert_eq(config->output.times_per_decade, 0);
    cr_assert(config->output.correlator);
    cr_assert_str_eq(config->output.file, "");
    cr_assert_eq(config->tagged_count, 0);
    cr_assert_null(config->sweep);
}

Test(config, empty_files_change_nothing) {
    good("");
    good("\n\n# only a comment\n");
    good("---\n");
    good("--- \n...\n");
    good("grid:\nsweep:\n");
    cr_assert_eq(config->grid.points, 100);
}

Test(config, the_whole_example_is_read) {
    good(
        "mixture:\n"
        "  packing_fraction: 0.53\n"
        "  species:\n"
        "    - {name: a, fraction: 0.5, activity: 1.25, diffusivity: 2.0, diameter: 1.0}\n"
        "    - {name: b, fraction: 0.5}\n"
        "structure: {closure: percus-yevick}\n"
        "grid:      {points: 200, spacing: 0.2, quadrature: corrected}\n"
        "solver:    {kernel: fourier, backend: cpu, tolerance: 1.0e-10}\n"
        "time:      {scheme: moments, steps_per_block: 128, order: 3, until: 1.0e6, tolerance: 1.0e-8, first_step: "
        "1e-5}\n"
        "critical:  {of: mixture.species.0.activity, range: [1, 10]}\n"
        "sweep:     {command: critical, over: {mixture.species.0.activity: {from: 1, to: 10, points: 40, scale: log},\n"
        "            grid.points: [50, 100], solver.kernel: [direct, fourier]}, zip: {grid.spacing: [1, 2]}}\n"
        "tagged:    [a, {name: probe, activity: 2.0, diffusivity: 1.0}]\n"
        "checkpoint: {interval: 5}\n"
        "output:    {wave_number: 4.2, wave_numbers: [1, 7.4], times_per_decade: 50, correlator: false, file: x.h5}\n");
    cr_assert_eq(config->mixture.species[0].activity, 1.25);
    cr_assert_eq(config->mixture.species[1].activity, 1);
    cr_assert_eq(config->grid.quadrature, MCT_QUADRATURE_CORRECTED);
    cr_assert_eq(config->solver.kernel, MCT_KERNEL_FOURIER);
    cr_assert_eq(config->time.scheme, MCT_TIME_MOMENTS);
    cr_assert_eq(config->time.order, 3);
    cr_assert_eq(config->critical.range[1], 10);
    cr_assert_eq(config->tagged_count, 2);
    cr_assert_not(config->tagged[0].own);
    cr_assert_eq(config->tagged[0].activity, 1.25);
    cr_assert_eq(config->tagged[0].diffusivity, 2);
    cr_assert(config->tagged[1].own);
    cr_assert_eq(config->output.wave_numbers.count, 2);
    cr_assert_eq(config->output.wave_numbers.values[1], 7.4);
    cr_assert_not_null(config->sweep);
    cr_assert_str_eq(config->output.file, "x.h5");
}

Test(config, maps_merge_and_lists_replace) {
    good("grid: {spacing: 0.3}\n");
    cr_assert_eq(config->grid.points, 100);
    good("mixture: {species: [{name: only}]}\n");
    cr_assert_eq(config->mixture.species_count, 1);
    cr_assert_eq(config->mixture.species[0].fraction, 1, "one species is everything");
    cr_assert_eq(config->mixture.species[0].activity, 1);
    cr_assert_eq(config->mixture.packing_fraction, 0.524);
    good("grid: {points: 50}\n");
    cr_assert_eq(config->grid.spacing, 0.3);
    good("output: {wave_numbers: [1, 2, 3]}\n");
    good("output: {wave_numbers: [4]}\n");
    cr_assert_eq(config->output.wave_numbers.count, 1);
    good("output: {wave_numbers: all}\n");
    cr_assert_eq(config->output.wave_numbers.count, 0);
}

Test(config, assignments_win_over_files) {
    good("grid: {points: 50}\nmixture:\n  packing_fraction: 0.5\n");
    cr_assert_str_eq(mct_config_origin(config, "mixture.packing_fraction"), "f.yaml:3");
    set("grid.points=60");
    set("mixture.species.0.activity=3");
    set("mixture.species.1={name: p, diffusivity: 4}");
    set("output.wave_numbers=[1, 2]");
    set("critical.range=[0.1, 0.9]");
    set("solver={tolerance: 1e-9}");
    set("tagged=[p]");
    set("sweep.over.mixture.species.0.activity=[1, 2]");
    set("sweep.command=glass");
    set("output.file=a: b=c.h5");
    cr_assert_eq(mct_config_check(context, config), MCT_OK, "%s", mct_context_error(context));
    cr_assert_eq(config->grid.points, 60);
    cr_assert_eq(config->mixture.species[0].activity, 3);
    cr_assert_str_eq(config->mixture.species[1].name, "p");
    cr_assert_eq(config->mixture.species[1].fraction, 0.5, "a map merges into the species");
    cr_assert_eq(config->tagged[0].diffusivity, 4);
    cr_assert_eq(config->solver.tolerance, 1e-9);
    cr_assert_str_eq(config->output.file, "a: b=c.h5");
    cr_assert_str_eq(mct_config_origin(config, "grid.points"), "--set grid.points=60");
    cr_assert_null(mct_config_origin(config, "grid.spacing"));
    cr_assert_eq(mct_config_set_value(context, config, "--kernel", "solver.kernel", "direct"), MCT_OK);
    cr_assert_str_eq(mct_config_origin(config, "solver.kernel"), "--kernel direct");
    cr_assert_eq(mct_config_set_value(context, config, NULL, "solver.kernel", "fourier"), MCT_OK);
    cr_assert_null(mct_config_origin(config, "solver.kernel"));
    cr_assert_eq(mct_config_set_value(context, config, NULL, "solver.kernel", "x"), MCT_CONFIG);
    cr_assert_str_eq(mct_context_error(context), "solver.kernel = x: must be one of auto, direct, factorized, fourier");
}

Test(config, index_of_the_count_appends) {
    set("mixture.species.2.activity=3");
    set("mixture.species.2.fraction=rest");
    set("mixture.species.0.fraction=0.2");
    set("mixture.species.1.fraction=0.2");
    set("tagged.0=active");
    set("tagged.1={name: probe}");
    set("tagged.1.activity=4");
    cr_assert_eq(mct_config_check(context, config), MCT_OK, "%s", mct_context_error(context));
    cr_assert_eq(config->mixture.species_count, 3);
    cr_assert_float_eq(config->mixture.species[2].fraction, 0.6, 1e-15);
    cr_assert_eq(config->mixture.species[2].diffusivity, 1);
    cr_assert_eq(config->tagged[1].activity, 4);
    set("mixture.species.0.fraction=0.3"); /* the rest follows */
    cr_assert_eq(mct_config_check(context, config), MCT_OK);
    cr_assert_float_eq(config->mixture.species[2].fraction, 0.5, 1e-15);
    set("mixture.species.2.fraction=0.5");
    cr_assert_eq(config->fraction_rest, SIZE_MAX);
}

/* ---- refusals ----------------------------------------------------------------------------------------------- */

Test(config, unknown_keys_name_the_nearest) {
    bad("grid:\n  point: 3\n", "f.yaml:2: grid.point: unknown key; the nearest known one is grid.points");
    bad("gird: {points: 3}\n", "f.yaml:1: gird: unknown key; the nearest known one is grid");
    bad("points: 3\n", "f.yaml:1: points: unknown key; the nearest known one is grid.points");
    bad("mixture: {species: [{nam: a}]}\n",
        "f.yaml:1: mixture.species.0.nam: unknown key; the nearest known one is mixture.species.0.name");
    bad("mixture: {specis: []}\n", "f.yaml:1: mixture.specis: unknown key; the nearest known one is mixture.species");
    bad("tagged: [{activty: 2}]\n",
        "f.yaml:1: tagged.0.activty: unknown key; the nearest known one is tagged.0.activity");
    bad_set("grid.point=3", "--set grid.point=3: unknown key; the nearest known one is grid.points");
    bad_set("mixture.species.x.activity=3", "--set mixture.species.x.activity=3: unknown key");
    bad_set("mixture.species.2.activty=3", "--set mixture.species.2.activty=3: unknown key; the nearest known one is "
                                           "mixture.species.2.activity");
    cr_assert_eq(config->mixture.species_count, 2);
    bad_set("mixture.species.01.activity=3", "--set mixture.species.01.activity=3: unknown key");
    bad("grid.points: 3\n", "f.yaml:1: grid.points: keys of a map have no dots");
}

Test(config, values_out_of_range_name_file_line_key_value_and_range) {
    bad("mixture:\n  packing_fraction: 0.5\n  species:\n    - {activity: 0.5}\n",
        "f.yaml:4: mixture.species.0.activity = 0.5: must be a number >= 1 (1 is passive)");
    bad("mixture: {packing_fraction: 1}\n", "f.yaml:1: mixture.packing_fraction = 1: must be a number in (0, 1)");
    bad("mixture: {packing_fraction: nan}\n", "f.yaml:1: mixture.packing_fraction = nan: must be a number");
    bad("mixture: {packing_fraction: .inf}\n", "f.yaml:1: mixture.packing_fraction = .inf: must be a number");
    bad("mixture: {packing_fraction: 0.5zz}\n", "f.yaml:1: mixture.packing_fraction = 0.5zz: must be a number");
    bad("mixture: {packing_fraction: '0.5'}\n", "f.yaml:1: mixture.packing_fraction = \"0.5\": must be a number");
    bad("mixture: {packing_fraction: }\n", "f.yaml:1: mixture.packing_fraction = \"\": must be a number");
    bad("mixture: {packing_fraction: [1]}\n", "f.yaml:1: mixture.packing_fraction = [...]: must be a number");
    bad("mixture: {packing_fraction: {a: 1}}\n", "f.yaml:1: mixture.packing_fraction = {...}: must be a number");
    bad("time: {until: 1e999}\n", "f.yaml:1: time.until = 1e999: must be a number > 0");
    bad("time: {order: 4}\n", "f.yaml:1: time.order = 4: must be one of 3, 5");
    bad("time: {scheme: euler}\n", "f.yaml:1: time.scheme = euler: must be one of legendre, moments");
    bad("grid: {points: 3}\n", "f.yaml:1: grid.points = 3: must be a whole number 4 ... 1048576");
    bad("grid: {points: 10.5}\n", "f.yaml:1: grid.points = 10.5: must be a whole number");
    bad("grid: 3\n", "f.yaml:1: grid = 3: must be a map of keys");
    bad("- 3\n", "f.yaml:1: top level = [...]: must be a map of keys");
    bad("abc\n", "f.yaml:1: top level = abc: must be a map of keys");
    bad("structure: {file: sk.csv}\n", "f.yaml:1: structure.file = sk.csv: structure factors from a file are not");
    bad("structure: {closure: hnc}\n", "f.yaml:1: structure.closure = hnc: must be percus-yevick");
    bad("output: {correlator: maybe}\n", "f.yaml:1: output.correlator = maybe: must be true or false");
    bad("output: {wave_numbers: []}\n", "f.yaml:1: output.wave_numbers = [...]: must be all or a list of numbers > 0");
    bad("output: {wave_numbers: [1, x]}\n", "f.yaml:1: output.wave_numbers.1 = x: must be all or a list");
    bad("output: {wave_numbers: some}\n", "f.yaml:1: output.wave_numbers = some: must be all or a list");
    bad("output: {times_per_decade: -1}\n", "f.yaml:1: output.times_per_decade = -1: must be all or a number in (0");
    bad("critical: {range: [2, 1]}\n", "f.yaml:1: critical.range = [...]: must be [lowest, highest]");
    bad("critical: {range: 3}\n", "f.yaml:1: critical.range = 3: must be [lowest, highest]");
    bad("solver: {backend: gpu}\n", "f.yaml:1: solver.backend = gpu: must be one of auto, cpu, cuda, cuda-host");
    bad("mixture: {species: []}\n", "f.yaml:1: mixture.species = [...]: must be a list of 1 ... 1000 species");
    bad("mixture: {species: {a: 1}}\n", "f.yaml:1: mixture.species = {...}: must be a list");
    bad("mixture: {species: [a]}\n", "f.yaml:1: mixture.species.0 = a: must be a map of name, fraction");
    bad("mixture: {species: [{name: ''}]}\n",
        "f.yaml:1: mixture.species.0.name = \"\": must be text of 1 ... 63 bytes, no control characters");
    bad("tagged: 3\n", "f.yaml:1: tagged = 3: must be a list of up to 1000 tagged particles");
    bad("tagged: [[1]]\n", "f.yaml:1: tagged.0 = [...]: must be the name of a species or a map");
    bad_set("grid.points=abc", "--set grid.points=abc: must be a whole number 4 ... 1048576");
    bad_set("grid.points=", "--set grid.points=: must be a whole number");
    bad_set("grid.points", "--set grid.points: must be KEY=VALUE");
    bad_set("=3", "--set =3: must be KEY=VALUE");
    bad_set("grid=3", "--set grid=3: must be a map of keys");
    bad_set("grid={points: 3}", "--set grid={points: 3}: grid.points = 3: must be a whole number");
    bad_set("tagged=[", "--set tagged=[: not YAML: ");
    bad_set("tagged=", "--set tagged=: must be a list");
    bad_set("mixture.species.5.activity=3", "--set mixture.species.5.activity=3: index 5: must be 0 ... 2");
}

Test(config, what_concerns_several_keys_names_its_origin) {
    bad("mixture:\n  species:\n    - {name: a, fraction: 0.5}\n    - {name: b, fraction: 0.6}\n", "f.yaml:");
    cr_assert(strstr(mct_context_error(context), "fractions sum to 1.1: must sum to 1"), "%s",
              mct_context_error(context));
    bad_set("mixture.species.0.fraction=0.7",
            "--set mixture.species.0.fraction=0.7: mixture.species: the fractions sum to 1.2: must sum to 1");
    bad("mixture:\n  species:\n    - {name: a, fraction: 0.5}\n    - {name: b}\n",
        "f.yaml:4: mixture.species.1.fraction: missing: must be a number in (0, 1] or `rest`");
    bad_set("mixture.species.2.activity=2", "--set mixture.species.2.activity=2: mixture.species.2.fraction: missing");
    bad("mixture:\n  species:\n    - {name: a, fraction: rest}\n    - {name: b, fraction: rest}\n",
        "f.yaml:4: mixture.species.1.fraction = rest: only one species may say rest (mixture.species.0.fraction does, "
        "f.yaml:3)");
    bad("mixture:\n  species:\n    - {name: a, fraction: 1}\n    - {name: b, fraction: rest}\n",
        "f.yaml:4: mixture.species.1.fraction = 0: nothing is left for `rest`");
    bad("mixture:\n  species:\n    - {name: a, fraction: 0.5}\n    - {name: a, fraction: 0.5}\n",
        "f.yaml:4: mixture.species.1.name = a: must be unique");
    bad("grid: {points: 100000}\n", "grid.spacing = 0.4: grid.points * grid.spacing");
    bad("grid: {spacing: 200}\n", "f.yaml:1: grid.spacing = 200: grid.points * grid.spacing");
    bad("tagged: [nobody]\n", "f.yaml:1: tagged.0 = nobody: must be the name of a species");
    bad("tagged: [active, active]\n", "f.yaml:1: tagged.1 = active: must be unique");
    bad("time: {accuracy: 1e-6, order: 5}\n", "f.yaml:1: time.accuracy = 1e-06: excludes time.order (f.yaml:1)");
    bad("critical: {of: temperature}\n", "f.yaml:1: critical.of = temperature: must be packing_fraction or");
    bad("critical: {of: mixture.species.2.activity}\n", "f.yaml:1: critical.of = mixture.species.2.activity: must be");
    bad("critical: {range: [0.5, 1.5]}\n", "f.yaml:1: critical.range = 1.5: packing fractions must be");
    bad("critical: {of: mixture.species.0.activity, range: [0.5, 2]}\n",
        "f.yaml:1: critical.range = 0.5: activities must be numbers >= 1");
    set("tagged=[active]");
    bad_set("tagged.0.activity=3", "--set tagged.0.activity=3: tagged.0 is the species active");
}

Test(config, sweeps_are_checked_in_shape) {
    bad("sweep: {comand: glass}\n", "f.yaml:1: sweep.comand: unknown key; must be one of command, over, zip, trace");
    bad("sweep: [1]\n", "f.yaml:1: sweep = [...]: must be a map");
    bad("sweep: {command: fly}\n", "f.yaml:1: sweep.command = fly: must be one of glass");
    bad("sweep: {over: 3}\n", "f.yaml:1: sweep.over = 3: must be a map of keys");
    bad("sweep: {over: {grid.point: [1]}}\n",
        "f.yaml:1: sweep.over.grid.point: not a key that can be varied; the nearest known one is grid.points");
    bad("sweep: {over: {output.file: [a]}}\n", "f.yaml:1: sweep.over.output.file: not a key that can be varied");
    bad("sweep: {over: {grid.points: []}}\n", "f.yaml:1: sweep.over.grid.points = [...]: must be a list of values");
    bad("sweep: {over: {grid.points: 4}}\n", "f.yaml:1: sweep.over.grid.points = 4: must be a list of values");
    bad("sweep: {over: {grid.points: [50, 1]}}\n", "f.yaml:1: sweep.over.grid.points.1 = 1: must be a whole number 4");
    bad("sweep: {over: {grid.spacing: {from: 0, to: 1, points: 3}}}\n",
        "f.yaml:1: sweep.over.grid.spacing.from = 0: must be a number in (0");
    bad("sweep: {over: {grid.spacing: {from: 1, to: 2, points: 0}}}\n",
        "f.yaml:1: sweep.over.grid.spacing.points = 0: must be a whole number 1");
    bad("sweep: {over: {grid.spacing: {from: 1, to: 2, points: 2, scale: cubic}}}\n",
        "f.yaml:1: sweep.over.grid.spacing.scale = cubic: must be one of linear, log");
    bad("sweep: {over: {grid.spacing: {from: 1, by: 2}}}\n", "f.yaml:1: sweep.over.grid.spacing.by: unknown key");
    bad("sweep: {over: {grid.spacing: {from: 1, to: 2}}}\n",
        "f.yaml:1: sweep.over.grid.spacing: a range needs from, to and points");
    bad("sweep: {zip: {grid.spacing: [1, 2], grid.points: [10]}}\n",
        "f.yaml:1: sweep.zip.grid.points: all keys of zip must have the same number of values");
    bad("sweep: {trace: {along: nothing}}\n", "f.yaml:1: sweep.trace.along = nothing: must be a key");
    bad("sweep: {trace: {from: x}}\n", "f.yaml:1: sweep.trace.from = x: must be a number");
    bad("sweep: {trace: {tolerance: 2}}\n", "f.yaml:1: sweep.trace.tolerance = 2: must be a number in (0, 1)");
    bad("sweep: {trace: {find: maxima}}\n", "f.yaml:1: sweep.trace.find = maxima: must be a list");
    bad("sweep: {trace: {find: [minima]}}\n", "f.yaml:1: sweep.trace.find = minima: must be maxima or");
    bad("sweep: {trace: {where: 1}}\n", "f.yaml:1: sweep.trace.where: unknown key");
    bad("sweep: {trace: {along: grid.spacing, from: 1}}\n", "f.yaml:1: sweep: trace needs along, from and to");
    bad("sweep: {over: {grid.points: [9]}, trace: {along: grid.spacing, from: 1, to: 2}}\n",
        "f.yaml:1: sweep.trace.along: trace excludes over and zip");
    good("sweep: {trace: {along: mixture.species.0.activity, from: 1, to: 10, tolerance: 1.0e-6,\n"
         "        find: [maxima, {packing_fraction: 0.6105}]}}\n");
    bad("sweep: {over: {mixture.species.0.activity: {from: -1, to: 2, points: 3, scale: log}}}\n",
        "f.yaml:1: sweep.over.mixture.species.0.activity.from = -1: must be a number >= 1");
}

Test(config, sweeps_merge) {
    good("sweep: {command: glass, over: {grid.points: [10, 20], grid.spacing: {from: 1, to: 2, points: 3}}}\n");
    set("sweep.over.grid.points=[30]");
    set("sweep.over.grid.spacing={points: 5}");
    set("sweep.zip={mixture.packing_fraction: [0.5]}");
    cr_assert_eq(mct_config_check(context, config), MCT_OK, "%s", mct_context_error(context));
    {
        char *json;

        cr_assert_eq(mct_config_to_json(context, config, true, &json), MCT_OK);
        cr_assert(strstr(json, "\"grid.points\": [30]"), "%s", json);
        cr_assert(strstr(json, "\"from\": 1, \"to\": 2, \"points\": 5"), "%s", json);
        free(json);
    }
}

Test(config, yaml_that_is_none) {
    bad("a: [\n", "f.yaml:2: not YAML: ");
    bad("a: b: c\n", "f.yaml:1: not YAML: ");
    bad("\t- x\n", "f.yaml:1: not YAML: ");
    bad("a: *unknown\n", "f.yaml:1: not YAML: ");
    bad("a: \xff\xfe\n", "f.yaml:1: not YAML: ");
    bad("grid: {points: 10}\ngrid: {points: 20}\n", "f.yaml:2: grid: duplicate key (first in line 1)");
    bad("grid: {points: 10, points: 20}\n", "f.yaml:1: points: duplicate key");
    bad("grid: {points: 10}\n---\ngrid: {points: 20}\n", "f.yaml:");
    cr_assert(strstr(mct_context_error(context), "more than one YAML document"));
    bad("grid: {points: 10}\n---\na: [\n", "f.yaml:4: not YAML");
    bad("? [a, b]\n: 1\n", "f.yaml:1: a key must be plain text");
    bad("mixture: {species: [{name: \"a\\0b\"}]}\n", "f.yaml:1: a zero byte is not allowed");
    bad("mixture: {species: [{name: \"a\\nb\"}]}\n", "f.yaml:1: mixture.species.0.name = \"a\\nb\": must be text");
}

Test(config, aliases_work_and_cycles_end) {
    good("mixture:\n  species:\n    - &a {name: x, fraction: 0.5, activity: &l 2}\n    - {name: y, fraction: 0.5, "
         "activity: *l}\n");
    cr_assert_eq(config->mixture.species[1].activity, 2);
    bad("grid: &g {points: *g}\n", "f.yaml:1: ");
    bad("&a [*a, *a]\n", "f.yaml:1: nested too deeply");
    bad("a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
        "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e]\n",
        "f.yaml:");
}

/* `count` times `piece` after `head`. */
static char *repeat(const char *head, const char *piece, size_t times) {
    const size_t length = strlen(piece);
    char *text = malloc(strlen(head) + length * times + 1);

    cr_assert_not_null(text);
    strcpy(text, head);
    for (size_t i = 0, at = strlen(head); i < times; i++, at += length) memcpy(text + at, piece, length + 1);
    return text;
}

Test(config, deep_and_huge_files_are_refused) {
    static const struct {
        const char *head, *piece;
        size_t times;
    } cases[] = {{"a: ", "[", 500000},    {"", "- ", 100000},
                 {"a: ", "{b: ", 300000}, {"sweep: {over: {grid.points: [", "9,", 250000},
                 {"", "\n#", 500000},     {"a: ", "'", 100001}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = repeat(cases[i].head, cases[i].piece, cases[i].times);
        const mct_status status = parse(text);

        cr_assert(status == MCT_CONFIG || status == MCT_OK, "case %zu: %s", i, mct_status_name(status));
        free(text);
        renew();
    }
    {
        char *text = malloc(40000), *at = text;

        for (int i = 0; i < 1100; i++) at += sprintf(at, "key%d: 1\n", i);
        bad(text, "f.yaml:1: too many keys in one map");
        free(text);
    }
}

Test(config, species_without_end_are_refused) {
    char *text = repeat("mixture: {species: [", "{activity: 2},", 1001);
    char *whole = malloc(strlen(text) + 3);

    sprintf(whole, "%s]}", text);
    bad(whole, "f.yaml:1: mixture.species = [...]: must be a list of 1 ... 1000 species");
    free(whole);
    free(text);
}

/* ---- files -------------------------------------------------------------------------------------------------- */

Test(config, files_are_read_or_the_reason_given) {
    char name[] = "/tmp/apmct-config-XXXXXX";
    const int file = mkstemp(name);
    char *big;

    cr_assert_geq(file, 0);
    cr_assert_eq(write(file, "grid: {points: 44}\n", 19), 19);
    cr_assert_eq(mct_config_load(context, config, name), MCT_OK);
    cr_assert_eq(config->grid.points, 44);
    cr_assert_eq(write(file, "grid: {points: 45}\n", 19), 19);
    cr_assert_eq(mct_config_load(context, config, name), MCT_CONFIG);
    cr_assert(strstr(mct_context_error(context), "config-") &&
                  strstr(mct_context_error(context), ":2: grid: duplicate"),
              "%s", mct_context_error(context));
    big = calloc(1, 5 * 1024 * 1024);
    memset(big, '#', 5 * 1024 * 1024);
    cr_assert_eq(write(file, big, 5 * 1024 * 1024), 5 * 1024 * 1024);
    free(big);
    close(file);
    cr_assert_eq(mct_config_load(context, config, name), MCT_CONFIG);
    cr_assert(strstr(mct_context_error(context), "too large"), "%s", mct_context_error(context));
    unlink(name);
    cr_assert_eq(mct_config_load(context, config, name), MCT_FILE);
    cr_assert(strstr(mct_context_error(context), "No such file"));
    cr_assert_eq(mct_config_load(context, config, "/"), MCT_FILE);
    cr_assert(strstr(mct_context_error(context), "cannot be read"));
    cr_assert_eq(mct_config_load(context, config, "/dev/null"), MCT_OK);
}

/* ---- warnings, explanations --------------------------------------------------------------------------------- */

Test(config, warnings_are_told) {
    good("grid: {quadrature: corrected}\nmixture: {packing_fraction: 0.8}\ntime: {first_step: 1e-5}\n");
    cr_assert_eq(warnings, 3);
}

Test(config, explain_puts_the_origin_in_front) {
    good("grid:\n  points: 64\n");
    set("grid.spacing=0.2");
    mct_fail(context, MCT_MEMORY, "grid.points = 64: needs too much");
    cr_assert_eq(mct_config_explain(context, config), MCT_MEMORY);
    cr_assert_str_eq(mct_context_error(context), "f.yaml:2: grid.points = 64: needs too much");
    mct_fail(context, MCT_ARGUMENT, "grid.spacing = 0.2: wrong");
    cr_assert_eq(mct_config_explain(context, config), MCT_CONFIG);
    cr_assert_str_eq(mct_context_error(context), "--set grid.spacing=0.2: wrong");
    mct_fail(context, MCT_NOT_CONVERGED, "no key here");
    cr_assert_eq(mct_config_explain(context, config), MCT_NOT_CONVERGED);
    cr_assert_str_eq(mct_context_error(context), "no key here");
}

/* ---- dumps -------------------------------------------------------------------------------------------------- */

static void expect_round_trip(const char *yaml) {
    char *first, *second, *json;
    mct_config *copy;
    cJSON *parsed;

    renew();
    good(yaml);
    cr_assert_eq(mct_config_to_yaml(context, config, false, &first), MCT_OK);
    cr_assert_eq(mct_config_create(context, &copy), MCT_OK);
    cr_assert_eq(mct_config_parse(context, copy, "dump", first, strlen(first)), MCT_OK, "%s\n%s",
                 mct_context_error(context), first);
    cr_assert_eq(mct_config_check(context, copy), MCT_OK, "%s\n%s", mct_context_error(context), first);
    cr_assert_eq(mct_config_to_yaml(context, copy, false, &second), MCT_OK);
    cr_assert_str_eq(first, second);
    cr_assert_eq(mct_config_to_json(context, copy, false, &json), MCT_OK);
    parsed = cJSON_Parse(json);
    cr_assert_not_null(parsed, "%s", json);
    cJSON_Delete(parsed);
    mct_config_destroy(copy);
    free(first);
    free(second);
    free(json);
}

Test(config, dumps_read_back_to_the_same) {
    expect_round_trip("");
    expect_round_trip(
        "mixture: {species: [{name: 'x: \"y\" #', fraction: rest, activity: 1.1}, {name: '5', fraction: 0.1}]}\n"
        "tagged: ['5', {name: 'true', activity: 3}]\n"
        "output: {wave_numbers: [1, 0.30000000000000004], times_per_decade: 10, file: 'é.h5'}\n"
        "critical: {range: [0.5, 0.6]}\n"
        "time: {accuracy: 1e-7}\n");
    expect_round_trip(
        "sweep: {command: glass, over: {mixture.species.0.activity: {from: 1, to: 3.5, points: 4, scale: log},\n"
        "        output.correlator: [true, false]}, zip: {solver.kernel: ['direct', fourier]}}\n");
    expect_round_trip("time: {scheme: moments, first_step: 1e-5, order: 3}\n");
}

Test(config, json_has_the_values) {
    char *json;
    cJSON *parsed, *mixture;

    good("mixture: {packing_fraction: 0.1, species: [{name: a, fraction: 0.3333333333333333}, {name: b, fraction: "
         "rest}]}\n");
    cr_assert_eq(mct_config_to_json(context, config, true, &json), MCT_OK);
    parsed = cJSON_Parse(json);
    mixture = cJSON_GetObjectItem(parsed, "mixture");
    cr_assert_eq(cJSON_GetObjectItem(mixture, "packing_fraction")->valuedouble, 0.1);
    cr_assert_eq(
        cJSON_GetObjectItem(cJSON_GetArrayItem(cJSON_GetObjectItem(mixture, "species"), 0), "fraction")->valuedouble,
        0.3333333333333333);
    cr_assert(cJSON_IsNumber(cJSON_GetObjectItem(cJSON_GetObjectItem(parsed, "time"), "order")));
    cr_assert_null(cJSON_GetObjectItem(cJSON_GetObjectItem(parsed, "output"), "file"), "not archived");
    cr_assert_null(cJSON_GetObjectItem(parsed, "checkpoint"));
    cJSON_Delete(parsed);
    free(json);
}

static mct_status stop_at_grid(void *user, const char *key, const mct_option *option, const void *base) {
    (void)option;
    (void)base;
    *(int *)user += 1;
    return strcmp(key, "grid.points") == 0 ? MCT_INTERRUPTED : MCT_OK;
}

Test(config, visits_stop_when_told) {
    int visits = 0;

    cr_assert_eq(mct_config_visit(config, stop_at_grid, &visits), MCT_INTERRUPTED);
    cr_assert_eq(visits, 1 + 2 * 5 + 1 + 1);
}

/* ---- anything at all ---------------------------------------------------------------------------------------- */

static const char complete[] =
    "mixture:\n  packing_fraction: 0.53\n  species:\n    - {name: a, fraction: 0.5, activity: 1.25}\n"
    "    - &b {name: b, fraction: rest, diameter: 1.0}\ngrid: {points: 200, spacing: 0.2, quadrature: corrected}\n"
    "solver: {kernel: fourier, backend: cpu, tolerance: 1.0e-10}\ntime: {scheme: moments, order: 3, until: 1.0e6}\n"
    "critical: {of: mixture.species.0.activity, range: [1, 10]}\n"
    "sweep: {command: critical, over: {mixture.species.0.activity: {from: 1, to: 10, points: 40}}}\n"
    "tagged: [a, {name: probe, activity: 2.0}]\noutput: {wave_numbers: [1, 7.4], correlator: false}\n";

static void expect_sane(const char *text, size_t length) {
    mct_status status = mct_config_parse(context, config, "f.yaml", text, length);

    if (status == MCT_OK) status = mct_config_check(context, config);
    cr_assert(status == MCT_OK || status == MCT_CONFIG, "%s for\n%.*s", mct_status_name(status), (int)length, text);
    if (status == MCT_CONFIG) cr_assert_gt(strlen(mct_context_error(context)), 10);
    renew();
}

Test(config, every_beginning_of_a_file_is_survived) {
    for (size_t length = 0; length < sizeof complete; length++) {
        char *text = malloc(length + 1); /* of its own, so that a sanitizer sees a step too far */

        memcpy(text, complete, length);
        expect_sane(text, length);
        free(text);
    }
}

Test(config, damaged_files_are_survived) {
    unsigned state = 12345;

    for (int round = 0; round < 3000; round++) {
        char text[sizeof complete];
        size_t changes = 1 + (size_t)round % 8;

        memcpy(text, complete, sizeof text);
        while (changes-- > 0) {
            static const char interesting[] = "[]{}:,-&*!|>'\"#%@`? \n\t0.e";

            state = state * 1664525u + 1013904223u;
            text[(state >> 8) % (sizeof text - 1)] =
                state & 0x80 ? interesting[(state >> 4) % (sizeof interesting - 1)] : (char)(state >> 24);
        }
        expect_sane(text, sizeof text - 1);
    }
}

Test(config, noise_is_survived) {
    unsigned state = 99;

    for (int round = 0; round < 2000; round++) {
        char noise[64];

        for (size_t i = 0; i < sizeof noise; i++) {
            state = state * 1664525u + 1013904223u;
            noise[i] = (char)(state >> 24);
        }
        expect_sane(noise, (size_t)round % sizeof noise);
    }
}

Test(config, assignments_of_noise_are_survived) {
    static const char *const keys[] = {
        "grid.points",         "mixture.species", "mixture.species.0", "tagged", "sweep.over",
        "output.wave_numbers", "critical.range",  "mixture",           "",       "sweep.over.grid.points"};
    unsigned state = 7;

    for (int round = 0; round < 2000; round++) {
        char text[128];
        size_t at = (size_t)sprintf(text, "%s=", keys[(size_t)round % (sizeof keys / sizeof keys[0])]);
        mct_status status;

        for (size_t i = 0; i < 12; i++) {
            state = state * 1664525u + 1013904223u;
            text[at++] = "[]{}:,-a1. \"'*&"[(state >> 20) % 15];
        }
        text[at] = '\0';
        status = mct_config_set(context, config, text);
        if (status == MCT_OK) status = mct_config_check(context, config);
        cr_assert(status == MCT_OK || status == MCT_CONFIG, "%s: %s", text, mct_status_name(status));
        renew();
    }
}
