/* figures.c: the figures that apmct plot can draw; one file each. */
#include "cli/figures/figures.h"

const cli_figure cli_figures[] = {
    {"structure-factor", "apmct statics, glass or critical", cli_has_structure_factor, NULL, cli_draw_structure_factor},
    {"nonergodicity", "apmct glass or critical", cli_has_nonergodicity, NULL, cli_draw_nonergodicity},
    {"eigenvectors", "apmct critical", cli_has_eigenvectors, NULL, cli_draw_eigenvectors},
    {"critical-line", "apmct critical", cli_has_critical_line, cli_is_critical_line, cli_draw_critical_line},
    {"nonergodicity-density", "apmct glass, or critical of a packing fraction", cli_has_density, cli_is_density,
     cli_draw_density},
    {"correlator", "apmct evolve with output.correlator", cli_has_correlator, NULL, cli_draw_correlator},
    {"tagged-correlator", "apmct evolve with tagged particles", cli_has_tagged_correlator, NULL,
     cli_draw_tagged_correlator},
    {"displacement", "apmct evolve with tagged particles", cli_has_displacement, NULL, cli_draw_displacement},
    {"relaxation", "apmct evolve of a state that relaxes", cli_has_relaxation, NULL, cli_draw_relaxation},
    {"relaxation-power", "apmct evolve of states that relax, and critical", cli_has_relaxation_power,
     cli_is_relaxation_power, cli_draw_relaxation_power},
    {"phase-diagram", "apmct sweep of critical packing fractions", cli_has_phase_diagram, NULL, cli_draw_phase_diagram},
    {"map", "apmct sweep over two keys", cli_has_map, cli_is_map, cli_draw_map},
    {NULL, NULL, NULL, NULL, NULL},
};
