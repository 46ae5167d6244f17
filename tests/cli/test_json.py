"""The JSON of statics, glass and info: keys, shapes, values of theory.md."""
import sys

sys.dont_write_bytecode = True  # support.py is imported from the source folder
import json
import math
import os

from support import expect, finish, path, run, run_json

ALWAYS = {"command", "version", "status", "backend", "kernel", "seconds", "kernel_evaluations", "config"}

statics = run_json(0, "statics")
expect(ALWAYS | {"wave_number", "structure_factor", "direct_correlation"} <= set(statics), "keys of statics")
expect(statics["command"] == "statics" and statics["status"] == "ok" and statics["backend"] == "cpu", "statics")
expect(len(statics["wave_number"]) == 100 and statics["wave_number"][18] == (18 + 0.5) * 0.4, "wave numbers, exactly")
for key in ("structure_factor", "direct_correlation"):
    rows = statics[key]
    expect(len(rows) == 100 and all(len(row) == 2 and len(row[0]) == len(row[1]) == 2 for row in rows), f"{key} shape")
# S_mn = delta + sqrt(x x) (S - 1): two species of one diameter, equal fractions
for row in statics["structure_factor"]:
    expect(abs(row[0][0] - row[0][1] - 1) < 1e-12 and row[0][1] == row[1][0], "labelled species")

REFERENCE = [((0.524, 1.02), [1.659262040, 0.825716296, 0.832797021, 1.677297210]),
             ((0.65, 3), [0.719139213, 0.409647457, 0.924500763, 1.914618885])]
for (phi, activity), expected in REFERENCE:
    for kernel in ("direct", "factorized", "fourier"):
        glass = run_json(0, "glass", "--set", f"mixture.packing_fraction={phi}", "--set",
                         f"mixture.species.0.activity={activity}", "--kernel", kernel)
        expect(ALWAYS | {"state", "iterations", "residual", "wave_number", "structure_factor", "nonergodicity",
                         "wave_number_observed"} <= set(glass), "keys of glass")
        expect(glass["state"] == "glass" and glass["kernel"] == kernel and glass["residual"] <= 1e-12, "a glass")
        expect(abs(glass["wave_number_observed"] - 7.4) < 1e-12, "observed wave number")
        found = [value for row in glass["nonergodicity"][18] for value in row]
        expect(all(abs(a - b) < 1e-9 for a, b in zip(found, expected)), f"F of {phi}, {activity}, {kernel}: {found}")
        expect(glass["kernel_evaluations"] > 0 and glass["iterations"] > 0 and glass["seconds"] > 0, "counts")

fluid = run_json(0, "glass", "--set", "mixture.packing_fraction=0.4")
expect(fluid["state"] == "fluid", "a fluid")
expect(all(value == 0 for rows in fluid["nonergodicity"] for row in rows for value in row), "F of a fluid is zero")

three = run_json(0, "glass", "--set", "mixture.species.2={name: third, fraction: rest}", "--set",
                 "mixture.species.0.fraction=0.25", "--set", "mixture.species.1.fraction=0.25", "--set",
                 "grid.points=60")
expect(len(three["nonergodicity"]) == 60 and len(three["nonergodicity"][0]) == 3, "three species")
expect(math.isclose(three["config"]["mixture"]["species"][2]["fraction"], 0.5), "rest is resolved")

# a tolerance below rounding: what rounding allows, with a warning that names the point
limited = run("glass", "--json", "--set", "solver.tolerance=1e-15", "--set", "mixture.packing_fraction=0.7")
reached = json.loads(limited.stdout)
expect(limited.returncode == 0 and reached["residual"] < 1e-13, "a solver that reaches rounding")
expect(reached["residual"] <= 1e-15 or any("rounding" in text for text in reached["warnings"]), "and says so")

info = run_json(0, "info")
expect(ALWAYS | {"backends", "build", "threads"} <= set(info), "keys of info")
expect(info["backends"][0]["name"] == "cpu", "the cpu backend")
finish()
