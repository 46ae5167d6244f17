"""apmct critical: keys and values, ranges without a root, files, figures."""
import sys

sys.dont_write_bytecode = True  # support.py is imported from the source folder
import json
import os
import re
import shutil
import signal
import subprocess
import time

from support import COMMAND, expect, expect_run, finish, path, run, run_json

ALWAYS = {"command", "version", "status", "backend", "kernel", "seconds", "kernel_evaluations", "config"}
EXPONENTS = {"exponent_parameter", "a", "b", "gamma"}
ACTIVITY = ("--set", "critical.of=mixture.species.0.activity")


def activity(value):
    return "--set", f"mixture.species.0.activity={value}"


def keys_are(done, wanted, what):
    keys = set(done) - {"warnings"}
    expect(keys == ALWAYS | wanted, f"keys of {what}: {sorted(keys ^ (ALWAYS | wanted))}")


# ---- critical packing fractions: values of docs/theory.md
REFERENCE = [((1, ), 0.515912134119, 0.735202), ((1.5, ), 0.563361787472, None), ((3, ), 0.610223048242, 0.768709),
             ((10, ), 0.605298660689, 0.719151)]
for (value, ), phi, parameter in REFERENCE:
    done = run_json(0, "critical", *activity(value))
    keys_are(done, {"packing_fraction_critical"} | EXPONENTS, "critical")
    expect(done["status"] == "ok" and done["command"] == "critical" and done["kernel"] == "fourier", "critical")
    expect(done["backend"] == "cpu" and done["kernel_evaluations"] > 50 and done["seconds"] > 0, "counts")
    expect(abs(done["packing_fraction_critical"] - phi) < 1e-10, f"phi_c of activity {value}: {done}")
    if parameter:
        expect(abs(done["exponent_parameter"] - parameter) < 1e-6, f"lambda_MCT of activity {value}: {done}")
    if value == 1:
        expect(abs(done["a"] - 0.31157) < 1e-5 and abs(done["b"] - 0.58253) < 1e-5, f"exponents: {done}")
        expect(abs(done["gamma"] - 2.4631) < 1e-4, f"gamma: {done}")
for kernel in ("direct", "factorized"):
    done = run_json(0, "critical", *activity(3), "--kernel", kernel)
    expect(done["kernel"] == kernel and abs(done["packing_fraction_critical"] - 0.610223048242) < 1e-10, kernel)
again = run_json(0, "critical", *activity(1), "--set", "critical.of=mixture.packing_fraction")
expect(abs(again["packing_fraction_critical"] - 0.515912134119) < 1e-10, "critical.of: mixture.packing_fraction")

# ---- a range that phi_c is in, and one that it is not in
done = run_json(0, "critical", *activity(1), "--set", "critical.range=[0.5, 0.52]")
expect(abs(done["packing_fraction_critical"] - 0.515912134119) < 1e-10, "inside of the range")
expect(done["warnings"] == [], "nothing to warn about")
done = run_json(0, "critical", *activity(1), "--set", "critical.range=[0.55, 0.6]")
keys_are(done, {"packing_fraction_critical"} | EXPONENTS, "critical outside of the range")
expect(all(done[key] is None for key in {"packing_fraction_critical"} | EXPONENTS), f"null outside of it: {done}")
expect(any("0.5159121341" in text and "[0.55, 0.6]" in text for text in done["warnings"]), f"in words: {done}")
done = expect_run(0, "critical", *activity(1), "--set", "critical.range=[0.55, 0.6]", "-o", path("outside.h5"))
expect("no critical one" in done.stdout and "0.5159121341" in done.stderr, f"the summary of none: {done.stdout}")

# ---- critical activities
done = run_json(0, "critical", *ACTIVITY, "--set", "mixture.packing_fraction=0.524", "--set", "critical.range=[1, 2]")
keys_are(done, {"activity_critical"} | EXPONENTS, "critical of an activity")
expect(len(done["activity_critical"]) == 1 and abs(done["activity_critical"][0] - 1.07175) < 1e-5, f"one root: {done}")
back = run_json(0, "critical", *activity(done["activity_critical"][0]))
expect(abs(back["packing_fraction_critical"] - 0.524) < 1e-10, "the root's packing fraction is 0.524")
expect(abs(back["exponent_parameter"] - done["exponent_parameter"]) < 1e-7, "and its exponents are the same")
done = run_json(0, "critical", *ACTIVITY, "--set", "mixture.packing_fraction=0.6105")
expect(len(done["activity_critical"]) == 2 and done["activity_critical"][0] < 3.8 < done["activity_critical"][1],
       f"two roots: {done}")
for value in done["activity_critical"]:
    back = run_json(0, "critical", *activity(value))
    expect(abs(back["packing_fraction_critical"] - 0.6105) < 1e-9, f"a root: {value}, {back}")
passive = run_json(0, "critical", "--set", "critical.of=mixture.species.1.activity", *activity(1), "--set",
                   "mixture.packing_fraction=0.524", "--set", "critical.range=[1, 2]")
expect(len(passive["activity_critical"]) == 1 and abs(passive["activity_critical"][0] - 1.07175) < 1e-5,
       "another species")
for phi, state in ((0.618, "glass"), (0.4, "fluid")):
    done = run_json(0, "critical", *ACTIVITY, "--set", f"mixture.packing_fraction={phi}", "-o",
                    path(f"none-{state}.h5"))
    keys_are(done, {"activity_critical"} | EXPONENTS, "critical without a root")
    expect(done["activity_critical"] == [] and all(done[key] is None for key in EXPONENTS), f"no root: {done}")
    expect(any(f"is a {state} throughout" in text and "0.515912" in text and "0.61135" in text and
               "active from 1 to 10" in text for text in done["warnings"]), f"in words: {done['warnings']}")

# ---- summaries
done = expect_run(0, "critical", *activity(3), "-o", path("c3.h5"))
for word in ("packing fraction   0.6102230482", "(critical)", "lambda_MCT         0.7687", "exponents          a = ",
             "separation         C = ", "f_c(k = 7.4 /d)", "d phi_c/d lambda", "passive", "kernel evaluations ",
             "computed with      kernel fourier", "written to "):
    expect(word in done.stdout, f"critical says {word}: {done.stdout}")
done = expect_run(0, "critical", *ACTIVITY, "--set", "mixture.packing_fraction=0.6105", "-o", path("two.h5"))
expect(re.search(r"\n3\.\d+ +glass -> fluid .*\n4\.\d+ +fluid -> glass ", done.stdout), f"two roots: {done.stdout}")
expect("phi_c              from 0.515912" in done.stdout and "at the first of them" in done.stdout, "the line")
done = expect_run(0, "critical", *ACTIVITY, "--set", "mixture.packing_fraction=0.618")
expect("none in this range" in done.stdout and "glass throughout" in done.stderr, "no root in words")
done = expect_run(0, "critical", *activity(1), "--quiet")
expect(done.stdout == "" and done.stderr == "", "critical --quiet")
expect("[1, 10] if not given" in run("critical", "--help").stdout, "the default range")

# ---- what is refused
expect_run(2, "critical", "--set", "critical.of=temperature", error="must be packing_fraction or mixture.species.I")
expect_run(2, "critical", *ACTIVITY, "--set", "critical.range=[0.5, 2]", error="activities must be numbers >= 1")
expect_run(2, "critical", "--set", "critical.range=[2, 1]", error="must be [lowest, highest]")
expect_run(2, "critical", "--set", "critical.of=mixture.species.2.activity", error="I = 0 ... 1")
expect_run(3, "critical", "-o", "/no/such/folder/x.h5", error="No such file")


# ---- files
def datasets(name):
    return {row["name"]: row for row in run_json(0, "info", path(name))["datasets"]}


MATRICES = ("nonergodicity", "right_eigenvector", "left_eigenvector", "amplitude")
NUMBERS = ("packing_fraction_critical", "exponent_parameter", "a", "b", "gamma", "separation")
rows = datasets("c3.h5")
for name in (*MATRICES, "structure_factor"):
    expect(rows[name]["shape"] == [100, 2, 2] and rows[name]["description"], f"{name}: {rows.get(name)}")
for name in NUMBERS:
    expect(rows[name]["shape"] == [1], f"{name}: {rows.get(name)}")
expect(rows["slope"]["shape"] == [2] and "activity_critical" not in rows and "line/activity" not in rows, "slope")
rows = datasets("two.h5")
for name in MATRICES:
    expect(rows[name]["shape"] == [100, 2, 2] and rows["roots/" + name]["shape"] == [2, 100, 2, 2], name)
for name in (*NUMBERS, "activity_critical"):
    expect(rows[name]["shape"] == [2], f"{name} of two roots")
expect(rows["slope"]["shape"] == [2, 2], "slopes of two roots")
nodes = rows["line/activity"]["shape"]
for name in ("packing_fraction_critical", "slope", "exponent_parameter"):
    expect(rows["line/" + name]["shape"] == nodes and nodes[0] > 2, f"line/{name}")
rows = datasets("none-glass.h5")
expect("line/slope" in rows and "wave_number" in rows and "nonergodicity" not in rows, "a file without roots")
rows = datasets("outside.h5")
expect("wave_number" in rows and "packing_fraction_critical" not in rows, "a file without a critical point")
done = expect_run(0, "info", path("c3.h5"))
for word in ("result of apmct critical", ": 0.6102230482", "right_eigenvector", "100 x 2 x 2"):
    expect(word in done.stdout, f"info of a critical point says {word}: {done.stdout}")
if shutil.which("h5dump"):
    def dump(name, dataset):
        text = subprocess.run(["h5dump", "-y", "-w", "1", "-m", "%.15g", "-d", dataset, path(name)], check=True,
                              stdout=subprocess.PIPE, text=True).stdout
        return [float(number) for number in re.findall(r"^\s+([-+.\de]+),?$", text.split("DATA {")[1], re.MULTILINE)]

    expect(abs(dump("c3.h5", "/packing_fraction_critical")[0] - 0.610223048242) < 1e-10, "phi_c in the file")
    expect(len(dump("c3.h5", "/nonergodicity")) == 400, "F_c in the file")
    # <l, d> = 1; statics at the critical point, not at the packing fraction of the configuration
    right, left = dump("c3.h5", "/right_eigenvector"), dump("c3.h5", "/left_eigenvector")
    expect(abs(sum(a * b for a, b in zip(right, left)) - 1) < 1e-9, "normalised eigenvectors")
    at_root = run_json(0, "statics", "--set", "mixture.packing_fraction=0.6102230482")
    S = [value for matrix in at_root["structure_factor"] for row in matrix for value in row]
    expect(max(abs(a - b) for a, b in zip(S, dump("c3.h5", "/structure_factor"))) < 1e-6, "statics at phi_c")
    expect(dump("two.h5", "/line/activity")[0] == 1 and dump("two.h5", "/line/activity")[-1] == 10, "the range")
if shutil.which("h5diff"):
    expect_run(0, "critical", *activity(3), "--threads", "1", "--quiet", "-o", path("again.h5"))
    difference = subprocess.run(["h5diff", "-c", path("c3.h5"), path("again.h5")])
    expect(difference.returncode == 0, "equal runs, equal content")

# ---- Ctrl-C: a failure of the numerics has its keys, null, and writes nothing
for of, key in (("packing_fraction", "packing_fraction_critical"), ("mixture.species.0.activity", "activity_critical")):
    process = subprocess.Popen([COMMAND, "critical", "--threads", "1", "--json", "--set", f"critical.of={of}", "--set",
                                "grid.points=100000", "--set", "grid.spacing=0.001", "-o", path("interrupted.h5")],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(1)
    expect(process.poll() is None, "the run has ended before the signal")
    process.send_signal(signal.SIGINT)
    output, error = process.communicate(timeout=100)
    expect(process.returncode == 1 and "interrupted" in error, f"SIGINT: {process.returncode}, {error}")
    done = json.loads(output)
    expect(done["status"] == "interrupted" and "error" in done, f"JSON of an interrupted run: {done}")
    expect(all(done[name] is None for name in {key} | EXPONENTS), f"its keys are null: {done}")
    expect(not os.path.exists(path("interrupted.h5")), "nothing is written")

# ---- figures
if shutil.which("gnuplot"):
    def svg(name, *arguments):
        expect_run(0, "plot", *arguments, "-o", path(name), "--quiet")
        with open(path(name), encoding="utf8") as file:
            return file.read().replace("</tspan>", "").replace("<tspan>", "")

    expect_run(0, "critical", *activity(1), "--quiet", "-o", path("c1.h5"))
    expect_run(0, "critical", *activity(5), "--quiet", "-o", path("c5.h5"))
    expect_run(0, "critical", *activity(3), "--quiet", "-o", path("x7.h5"), "--set", "mixture.species.0.fraction=0.7",
               "--set", "mixture.species.1.fraction=0.3")
    for phi in (0.6, 0.62, 0.65):
        expect_run(0, "glass", *activity(3), "--set", f"mixture.packing_fraction={phi}", "-o", path(f"g{phi}.h5"),
                   "--quiet")
    points = [path(f"c{value}.h5") for value in (1, 3, 5)]
    text = svg("n.svg", path("c3.h5"), "--figure", "nonergodicity")
    expect("= 0.610223" in text, "phi_c in the legend of one file")
    text = svg("n2.svg", *points, "--figure", "nonergodicity")
    expect("0.515912" in text and "0.610223" in text, "phi_c in the legend of several")
    for name, files in (("e1.svg", points[:1]), ("e3.svg", points)):
        expect("wave number" in svg(name, *files, "--figure", "eigenvectors"), "eigenvectors")
    for name, files in (("l1.svg", points), ("l2.svg", [path("two.h5")]), ("l3.svg", [*points, path("two.h5")]),
                        ("l4.svg", [path("two.h5"), path("none-glass.h5"), path("x7.h5")])):
        text = svg(name, *files, "--figure", "critical-line")
        expect("critical packing fraction" in text, name)
        expect(("= 0.6105" in text) == (path("two.h5") in files), f"{name}: the packing fraction asked for")
    expect("0.618" in text and "0.7" in text, "two lines and a point of another composition")
    text = svg("d.svg", path("c3.h5"), *[path(f"g{phi}.h5") for phi in (0.6, 0.62, 0.65)], path("c1.h5"), "--figure",
               "nonergodicity-density")
    expect("packing fraction" in text and "(k = 7.4/d)" in re.sub(r"<[^>]*>", "", text), "density")
    done = expect_run(0, "plot", *points, "-o", path("all.png"))
    for figure in ("structure-factor", "nonergodicity", "eigenvectors", "critical-line", "nonergodicity-density"):
        expect(os.path.getsize(path(f"all-{figure}.png")) > 10000, f"{figure} is drawn unasked")
    done = expect_run(0, "plot", path("none-glass.h5"), "-o", path("line.pdf"))
    expect("critical-line" in done.stdout and "eigenvectors" not in done.stdout, "a line without roots")
    expect_run(3, "plot", path("g0.62.h5"), "--figure", "critical-line", "-o", path("x.pdf"),
               error="figure critical-line needs one of apmct critical")
    expect_run(3, "plot", path("two.h5"), "--figure", "nonergodicity-density", "-o", path("x.pdf"), error="two.h5")
    expect_run(3, "plot", path("outside.h5"), "-o", path("x.pdf"), error="no figure can be drawn")
finish()
