"""Warnings about grids and observed wave numbers: in words, in JSON, of points in a sweep; none where all is well."""
import sys

sys.dont_write_bytecode = True  # support.py is imported from the source folder
import glob
import json
import os

from support import expect, expect_run, finish, path, run, write

SINGLE = ("statics", "glass", "critical", "evolve")


def warned(*arguments):
    """Warnings of stderr, and of JSON: the list of the object, or of each line."""
    words = [line.removeprefix("apmct: warning: ") for line in expect_run(0, *arguments).stderr.splitlines()
             if line.startswith("apmct: warning: ")]
    listed = [json.loads(line).get("warnings", []) for line in expect_run(0, *arguments, "--json").stdout.splitlines()]
    return words, listed


def expect_one(arguments, *parts):
    words, listed = warned(*arguments)
    expect(len(words) == 1 and all(part in words[0] for part in parts), f"{arguments}: {words}")
    expect(listed == [words], f"{arguments}: JSON has {listed}")


def silent(*arguments):
    words, listed = warned(*arguments)
    expect(words == [] and not any(listed), f"{arguments}: {words}, {listed}")


# ---- one state: what, where, and what to do
for command in SINGLE:
    observed = () if command == "statics" else ("--set", "output.wave_number=3")
    if command != "critical":
        expect_one((command, "--set", "grid.points=10", *observed), "grid.points = 10 with grid.spacing = 0.4",
                   "3.8/d, below the main peak of the structure factor at 7.1/d", "set grid.points to 50 or more")
    expect_one((command, "--set", "grid.points=30", "--set", "grid.spacing=1.2"), "grid.spacing = 1.2 is too coarse",
               "at wave number ", "set grid.spacing to ")
    silent(command)
    silent(command, "--set", "grid.points=50")
words, listed = warned("critical", "--set", "grid.points=10", "--set", "output.wave_number=3")
expect(len(words) == 2 and "no critical packing fraction" in words[0] and "3.8/d, below the main peak" in words[1] and
       listed == [words], f"no transition, and why: {words}")
expect_one(("glass", "--set", "grid.points=4", "--set", "output.wave_number=1"), "grid.points = 4 ", "1.4/d, below")
expect_one(("glass", "--set", "grid.points=19", "--set", "grid.spacing=0.6"), "grid.points = 19: ", "50 or more")
for command in SINGLE[1:]:
    expect_one((command, "--set", "output.wave_number=100"), "output.wave_number = 100 lies beyond", "39.8/d")
silent("glass", "--set", "output.wave_number=40")
expect_one(("evolve", "--set", "output.wave_numbers=[7.4, 60, 70]"), "output.wave_numbers = 60 lies beyond")
words, listed = warned("glass", "--set", "grid.points=10", "--set", "output.wave_number=100")
expect(len(words) == 2 and listed == [words], f"two reasons: {words}")
expect(run("glass", "--set", "grid.points=10", "--quiet").stderr == "", "--quiet says nothing")
for points, spacing in ((2000, 0.02), (800, 0.1)):
    silent("glass", "--set", f"grid.points={points}", "--set", f"grid.spacing={spacing}", "--set",
           "grid.quadrature=corrected")

# ---- sweeps: warnings are of points, each kind is told once
SWEEP = ("sweep", "--set", "sweep.command=glass")
words, listed = warned(*SWEEP, "--set", "sweep.over.grid.points=[100, 10, 50]", "--set", "output.wave_number=3")
expect(len(words) == 1 and words[0].startswith("point 1: grid.points = 10 with "), f"one point, one warning: {words}")
expect([len(texts) for texts in listed] == [0, 1, 0] and "point 1: " + listed[1][0] == words[0], f"its line: {listed}")
for command in SINGLE[1:]:
    words, listed = warned("sweep", "--set", f"sweep.command={command}", "--set", "output.wave_number=3", "--set",
                           "sweep.over.mixture.species.0.diffusivity=[1, 2, 3]", "--set",
                           "sweep.over.grid.points=[100, 10]")
    expect(len(words) == 1 and words[0].startswith("3 points: grid.points = 10 with "), f"{command}: {words}")
    expect([len(texts) for texts in listed] == [0, 1] * 3, f"{command}: {listed}")
words, listed = warned(*SWEEP, "--set", "output.wave_number=100", "--set",
                       "sweep.over.mixture.packing_fraction=[0.5, 0.52]")
expect(words == ["output.wave_number = 100 lies beyond the grid, whose last wave number is 39.8/d: that one is taken; "
                 "choose a smaller one, or more grid.points"] and listed == [words] * 2, f"of all points: {words}")
words, listed = warned(*SWEEP, "--set", "sweep.over.mixture.packing_fraction=[0.5, 0.75]", "--set", "grid.spacing=0.04",
                       "--set", "grid.points=500")
expect(len(words) == 1 and words[0].startswith("point 1: mixture.packing_fraction = 0.75 is above"), f"{words}")
# a grid that every point overrides is not judged
silent(*SWEEP, "--set", "grid.points=4", "--set", "grid.quadrature=corrected", "--set",
       "sweep.zip={grid.points: [200, 400], grid.spacing: [0.2, 0.1]}")
words, listed = warned("sweep", "--set", "sweep.command=critical", "--set", "grid.points=20", "--set", "grid.spacing=1",
                       "--set", "sweep.trace={along: mixture.species.0.activity, from: 1, to: 1.2, tolerance: 1e-3}")
expect(any("grid.spacing = 1 is too coarse" in text for text in words), f"a trace: {words}")
expect(all(texts == words for texts in listed), f"a trace's lines: {listed}")

# ---- none in the configurations of the project
files = sorted(glob.glob(os.path.join(os.environ["APMCT_SOURCE_DIR"], "data", "paper", "*.yaml")))
expect(len(files) >= 7, f"{files}")
for name in files:
    for phi in (0.524, 0.618, 0.66):
        silent("glass", name, "--set", f"mixture.packing_fraction={phi}", "--set", "output.file=")
    silent("critical", name)
expect_run(0, "glass", write("readme.yaml", "mixture: {packing_fraction: 0.62}\n"), "-o", path("readme.h5"))
silent("info", path("readme.h5"))
finish()
