"""apmct sweep: tables, values against single points, failures, files, killed and resumed, figures."""
import sys

sys.dont_write_bytecode = True  # support.py is imported from the source folder
import json
import os
import random
import shutil
import signal
import subprocess
import time

from support import COMMAND, expect, expect_run, finish, path, run, run_json, write


def lines(*words):
    return [json.loads(line) for line in expect_run(0, "sweep", "--json", *words).stdout.splitlines()]


def same_content(one, other, what):
    if shutil.which("h5diff"):
        difference = subprocess.run(["h5diff", "-c", path(one), path(other)], stdout=subprocess.PIPE, text=True)
        expect(difference.returncode == 0, f"{what}: {difference.stdout[:500]}")


write("line.yaml", """
mixture: {packing_fraction: 0.5, species: [{name: a, fraction: 0.5, activity: 1}, {name: p, fraction: rest}]}
sweep:
  command: critical
  over:
    mixture.species.0.fraction: [0.3, 0.5]
    mixture.species.0.activity: {from: 1, to: 9, points: 5, scale: log}
""")

# ---- the table, and values of docs/theory.md
rows = lines(path("line.yaml"))
expect([row["point"] for row in rows] == list(range(10)), "points in the order of the table")
expect([row["parameters"]["mixture.species.0.fraction"] for row in rows] == [0.3] * 5 + [0.5] * 5, "the last varies fastest")
expect([round(row["parameters"]["mixture.species.0.activity"], 9) for row in rows[:5]] ==
       [round(3**(i / 2), 9) for i in range(5)], "a logarithmic range")
expect(all(row["status"] == "ok" for row in rows), "all found")
expect(abs(rows[5]["packing_fraction_critical"] - 0.515912134119) < 1e-11, "phi_c(1)")
expect(abs(rows[7]["packing_fraction_critical"] - 0.610223048242) < 1e-11, "phi_c(3)")
expect(abs(rows[7]["exponent_parameter"] - 0.768709) < 1e-6, "lambda_MCT(3)")
for number in (2, 9):
    single = run_json(0, "critical", "--set", "mixture.species.0.activity=%.17g" %
                      rows[number]["parameters"]["mixture.species.0.activity"], "--set",
                      "mixture.species.0.fraction=%g" % rows[number]["parameters"]["mixture.species.0.fraction"],
                      "--set", "mixture.species.1.fraction=rest")
    for key in ("packing_fraction_critical", "exponent_parameter", "a", "b", "gamma"):
        expect(abs(single[key] / rows[number][key] - 1) < 1e-8, f"{key} of point {number} as by itself")
rows = lines("--set", "sweep.command=glass", "--set", "sweep.zip.mixture.packing_fraction=[0.515, 0.52, 0.53]", "--set",
             "sweep.zip.mixture.species.0.activity=[1, 1, 1.02]")
expect([row["state"] for row in rows] == ["fluid", "glass", "glass"], "zipped lists go together")
single = run_json(0, "glass", "--set", "mixture.packing_fraction=0.53", "--set", "mixture.species.0.activity=1.02")
expect(rows[2]["nonergodicity"] == single["nonergodicity"], "F as by itself")
rows = lines("--set", "sweep.command=evolve", "--set", "sweep.over.time.steps_per_block=[32, 64]", "--set",
             "mixture.packing_fraction=0.515", "--set", "mixture.species.0.activity=1")
for row, error in zip(rows, (2e-6, 3e-7)):
    expect(row["state"] == "decayed" and abs(row["relaxation_time_tenth"][1] / 2.28551652416e4 - 1) < error, f"{row['steps']}")
rows = lines("--set", "sweep.command=critical", "--set", "critical.of=mixture.species.0.activity", "--set",
             "sweep.over.mixture.packing_fraction=[0.6105, 0.7]")
expect(len(rows[0]["activity_critical"]) == 2 and rows[1]["activity_critical"] == [], "roots of each point")
expect(abs(rows[0]["activity_critical"][0] - 3.080980276791) < 1e-9, "the first root")

# ---- a point that fails does not stop the others
FAILS = ["--set", "sweep.command=evolve", "--set", "sweep.over.time.first_step=[1e-7, 100]", "--set",
         "time.scheme=moments", "--set", "mixture.packing_fraction=0.515", "--set", "mixture.species.0.activity=1"]
rows = lines(*FAILS)
expect(rows[0]["status"] == "ok" and rows[1]["status"] == "non_finite" and "wave number" in rows[1]["error"], f"{rows[1]}")
done = expect_run(0, "sweep", *FAILS, "-o", path("fails.h5"))
expect("failed             point 1, time.first_step = 100: " in done.stdout, "failures are told")

# ---- refused before anything runs
for words, error in (
    (["--set", "sweep.command=glass"], "nothing to vary"),
    ([path("line.yaml"), "--set", "sweep.over.mixture.species.0.activity={from: 1, to: 2, points: 0}"], "points"),
    ([path("line.yaml"), "--set", "sweep.over.mixture.species.0.activty=[1]"], "nearest known one is"),
    ([path("line.yaml"), "--set", "sweep.over.mixture.packing_fraction={from: 0.1, to: 0.5, points: 10000000}", "--set",
      "sweep.over.grid.spacing={from: 0.1, to: 0.5, points: 10000}"], "1e+12 points; at most 10000000"),
    (["--set", "sweep.command=glass", "--set", "sweep.zip.mixture.packing_fraction=[0.5, 0.52]", "--set",
      "sweep.zip.mixture.species.0.activity=[1, 2, 3]"], "same number of values"),
    (["--set", "sweep.command=glass", "--set", "sweep.over.mixture.species.0.fraction=[0.5, 0.6]"], "point 1: "),
    (["--set", "sweep.over.mixture.packing_fraction=[0.5]"], "sweep.command: must be one of"),
):
    expect_run(2, "sweep", *words, error=error)
done = expect_run(0, "sweep", path("line.yaml"), "--dry-run", "-o", path("dry.h5"))
for word in ("critical at 10 points", "MiB", "estimated time", "nothing was computed"):
    expect(word in done.stdout, f"--dry-run says {word}")
expect(not os.path.exists(path("dry.h5")) and not os.path.exists(path("dry.h5.journal")), "--dry-run writes nothing")

# ---- files: one and two threads, killed and resumed
write("map.yaml", """
mixture: {packing_fraction: 0.5, species: [{name: a, fraction: 0.5, activity: 1}, {name: p, fraction: rest}]}
grid: {points: 60, spacing: 0.6}
checkpoint: {interval: 0.01}
sweep:
  command: critical
  over:
    mixture.species.0.fraction: {from: 0.1, to: 0.9, points: 9}
    mixture.species.0.activity: {from: 1, to: 10, points: 40}
""")
started = time.monotonic()
expect_run(0, "sweep", path("map.yaml"), "-o", path("one.h5"), "--quiet", "--threads", "1")
duration = time.monotonic() - started
expect_run(0, "sweep", path("map.yaml"), "-o", path("two.h5"), "--quiet", "--threads", "2")
same_content("one.h5", "two.h5", "any number of threads")
shapes = {row["name"]: row["shape"] for row in run_json(0, "info", path("one.h5"))["datasets"]}
expect(shapes["points/nonergodicity"] == [360, 60, 2, 2] and shapes["points/status"] == [360] and
       shapes["parameters/mixture.species.0.activity"] == [360], f"{shapes}")
random.seed(2)
resumed = 0
for number in range(5):
    for attempt in range(2):
        process = subprocess.Popen([COMMAND, "sweep", path("map.yaml"), "-o", path("k.h5"), "--quiet", "--resume"])
        time.sleep(random.uniform(0.1, 0.6) * duration)
        process.send_signal(signal.SIGKILL)
        process.wait()
        resumed += os.path.exists(path("k.h5.journal"))
    expect_run(0, "sweep", path("map.yaml"), "-o", path("k.h5"), "--quiet", "--resume")
    same_content("one.h5", "k.h5", f"killed and resumed ({number})")
    os.unlink(path("k.h5"))
expect(resumed > 0, "some were killed before their end")
process = subprocess.Popen([COMMAND, "sweep", path("map.yaml"), "-o", path("k.h5")], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True)
time.sleep(0.3 * duration)
process.send_signal(signal.SIGINT)
output, error = process.communicate()
if process.returncode != 0:
    expect(process.returncode == 1 and "--resume goes on" in error, f"Ctrl-C: {error}")
    expect_run(3, "sweep", path("map.yaml"), "-o", path("k.h5"), error="add --resume to go on with that run")
    expect_run(3, "sweep", path("map.yaml"), "-o", path("k.h5"), "--resume", "--set", "grid.points=61",
               error="the journal of another run")
    expect_run(0, "sweep", path("map.yaml"), "-o", path("k.h5"), "--quiet", "--resume")
    same_content("one.h5", "k.h5", "Ctrl-C and resumed")
expect_run(2, "sweep", path("line.yaml"), "--resume", error="--resume needs -o FILE")

# ---- a traced line: turnover, re-entrance window, the largest exponent parameter
TRACE = ["--set", "sweep.trace={along: mixture.species.0.activity, from: 1, to: 10, tolerance: 1e-6, find: [maxima, "
         "{packing_fraction: 0.6105}]}", "--set", "sweep.command=critical"]
rows = lines(*TRACE)
by_feature = {}
for row in rows:
    by_feature.setdefault(row["feature"], []).append(row)
# the reference grid's values of docs/theory.md; where a maximum lies is known to the square root of what phi_c is
expect(abs(by_feature["maximum"][0]["parameters"]["mixture.species.0.activity"] - 3.7778858) < 1e-4, "turnover")
expect(abs(by_feature["maximum"][0]["packing_fraction_critical"] - 0.611350876443) < 1e-10, "phi_c there")
roots = [row["parameters"]["mixture.species.0.activity"] for row in by_feature["root"]]
expect(len(roots) == 2 and abs(roots[0] - 3.080980276791) < 1e-9 and abs(roots[1] - 4.947377918950) < 1e-9, f"{roots}")
peak = by_feature["exponent_peak"][0]
expect(abs(peak["exponent_parameter"] - 0.9033) < 1e-4 and
       abs(peak["parameters"]["mixture.species.0.activity"] - 2.06) < 0.01, f"{peak}")
expect(len(by_feature["collapse"]) == 1, "f of the active species collapses")
for inside, state in ((-1e-6, "glass"), (1e-6, "fluid")):  # glass on both sides, fluid between
    for root, sign in zip(roots, (1, -1)):
        done = run_json(0, "glass", "--set", "mixture.packing_fraction=0.6105", "--set",
                        "mixture.species.0.activity=%.12g" % (root + sign * inside))
        expect(done["state"] == state, f"{state} at {root} {sign * inside:+g}")
done = expect_run(0, "sweep", *TRACE, "--dry-run", "-o", path("trace.h5"))
expect("trace              of phi_c, about " in done.stdout and not os.path.exists(path("trace.h5")), f"{done.stdout}")
done = expect_run(0, "sweep", *TRACE, "-o", path("trace.h5"))
for word in ("maximum            at activity 3.7778", "0.6105             glass, fluid from 3.0809802", "largest lambda_MCT"):
    expect(word in done.stdout, f"the trace says {word}: {done.stdout}")
for words, error in ((["--set", "sweep.trace.along=mixture.packing_fraction"], "must be mixture.species.I.activity"),
                     (["--set", "sweep.trace.find=[{grid.points: 3}]"], "the key must be packing_fraction"),
                     (["--set", "sweep.command=glass"], "must be critical with sweep.trace")):
    expect_run(2, "sweep", *TRACE, *words, error=error)

# ---- correlators, where they are asked for in words
SERIES = ["--set", "sweep.command=evolve", "--set", "sweep.over.mixture.packing_fraction=[0.45, 0.5]", "--set",
          "output.correlator=true", "--set", "output.wave_numbers=[7.4]"]
expect_run(2, "sweep", *SERIES, error="needs a number of times per decade")
statics = {}
for phi in (0.45, 0.5):
    statics[phi] = run_json(0, "statics", "--set", f"mixture.packing_fraction={phi}")["structure_factor"]
for wanted, places in (("[7.4]", [18]), ("[0.2]", [0]), ("[3.0, 20.2, 7.4]", [7, 18, 50]), ("all", range(100))):
    for row in lines(*SERIES, "--set", "output.times_per_decade=5", "--set", f"output.wave_numbers={wanted}"):
        times, phi = row["time"], row["parameters"]["mixture.packing_fraction"]
        expect(len(times) > 40 and times[0] == 0 and times == sorted(times), f"{len(times)} times")
        expect(row["correlator"][0] == [statics[phi][q] for q in places], f"Phi(0) = S at {wanted}")
expect_run(0, "sweep", *SERIES, "--set", "output.times_per_decade=5", "-o", path("series.h5"), "--quiet")
shapes = {row["name"]: row["shape"] for row in run_json(0, "info", path("series.h5"))["datasets"]}
expect(shapes["points/correlator"][2:] == [1, 2, 2] and shapes["stored_wave_number"] == [1], f"{shapes}")

# ---- figures
if shutil.which("gnuplot"):
    for figure, name in (("phase-diagram", "one.h5"), ("map", "one.h5"), ("critical-line", "trace.h5")):
        expect_run(0, "plot", path(name), "--figure", figure, "-o", path("figure.svg"))
        expect(os.path.getsize(path("figure.svg")) > 8000, f"figure {figure}")
    expect_run(0, "plot", path("one.h5"), path("two.h5"), "--figure", "phase-diagram", "-o", path("figure.svg"))
    expect_run(3, "plot", path("trace.h5"), "--figure", "map", "-o", path("x.svg"), error="figure map needs one of")
finish()
