"""apmct evolve: keys and values, files, journals: killed, interrupted, resumed; two at once; full disks."""
import sys

sys.dont_write_bytecode = True  # support.py is imported from the source folder
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import time

from support import COMMAND, expect, expect_run, finish, path, run, run_json, write

ALWAYS = {"command", "version", "status", "backend", "kernel", "seconds", "kernel_evaluations", "config"}
KEYS = {"state", "steps", "blocks", "time_end", "wave_number_observed", "relaxation_time", "relaxation_time_tenth",
        "long_time"}


def point(phi, activity, *more):
    settings = [f"mixture.packing_fraction={phi}", f"mixture.species.0.activity={activity}", *more]
    return [word for setting in settings for word in ("--set", setting)]


def keys_are(done, wanted, what):
    keys = set(done) - {"warnings"}
    expect(keys == ALWAYS | wanted, f"keys of {what}: {sorted(keys ^ (ALWAYS | wanted))}")


def near(value, wanted, tolerance):
    return value is not None and abs(value / wanted - 1) < tolerance


def same_content(one, other, what):
    if shutil.which("h5diff"):
        difference = subprocess.run(["h5diff", "-c", path(one), path(other)], stdout=subprocess.PIPE, text=True)
        expect(difference.returncode == 0, f"{what}: {difference.stdout[:500]}")


# ---- values of docs/theory.md
FLUID = point(0.515, 1)
for settings, tau, tenth in ((FLUID, 6.59879938677e3, 2.28551652416e4),
                             (point(0.60, 3), 1.517325159917e2, 4.68497805417e2)):
    done = run_json(0, "evolve", *settings)
    keys_are(done, KEYS, "evolve")
    expect(done["status"] == "ok" and done["state"] == "decayed", f"decays: {done['state']}")
    expect(near(done["relaxation_time"][1], tau, 3e-7), f"tau: {done['relaxation_time']}")
    expect(near(done["relaxation_time_tenth"][1], tenth, 3e-7), f"tau(0.1): {done['relaxation_time_tenth']}")
    expect(done["wave_number_observed"] == 7.4 and done["blocks"] > 20, "observed wave number")
    expect(done["steps"] < done["kernel_evaluations"] < 2600, f"{done['kernel_evaluations']} evaluations")
    expect(max(abs(value) for matrix in done["long_time"] for row in matrix for value in row) < 1e-5, "decayed")
glass = run_json(0, "glass", *point(0.524, 1.05))["nonergodicity"]
done = run_json(0, "evolve", *point(0.524, 1.05))
expect(done["state"] == "plateau" and done["relaxation_time"] == [None, None] == done["relaxation_time_tenth"],
       "a glass never relaxes")
expect(max(abs(done["long_time"][q][mu][nu] - glass[q][mu][nu]) for q in range(100) for mu in range(2)
           for nu in range(2)) < 1e-6, "its plateau is the nonergodicity parameter")
done = run_json(0, "evolve", *point(0.524, 1.05, "time.until=100", "output.wave_number=10"))
expect(done["state"] == "until" and 100 <= done["time_end"] < 110, f"until: {done['time_end']}")
expect(abs(done["wave_number_observed"] - 10.2) < 1e-12, "ties upward")

# ---- accuracy
done = run_json(0, "evolve", *FLUID, "--set", "time.accuracy=1e-6")
keys_are(done, KEYS | {"estimated_error"}, "evolve with time.accuracy")
expect(0 < done["estimated_error"] <= 1e-6, f"estimated error {done['estimated_error']}")
expect(near(done["relaxation_time"][1], 6.59879938677e3, 1e-6), "within the accuracy")
for until in (6000, 6590, 22000, 22850):  # the runs that are compared end at different times, near tau and tau_0.1
    cut = run_json(0, "evolve", *FLUID, "--set", "time.accuracy=1e-4", "--set", f"time.until={until}")
    expect(cut["state"] == "until" and 0 < cut["estimated_error"] <= 1e-4, f"until {until}: {cut['estimated_error']}")
    expect(cut["steps"] < done["steps"], "a coarse wish is not a fine run")
expect("steps_per_block" not in done["config"]["time"], "what accuracy chooses is not of the configuration")
expect_run(2, "evolve", "--set", "time.accuracy=1e-6", "--set", "time.order=3", error="excludes time.order")
expect_run(2, "evolve", "--set", "time.accuracy=1e-6", "--set", "time.scheme=moments",
           error="--set time.accuracy=1e-6: needs time.scheme = legendre")

# ---- summary, dry run, errors
done = expect_run(0, "evolve", *FLUID)
for word in ("state              decayed", "tau(1/e)", "6598.799", "steps per block", "per step", "(at k = 7.4 /d"):
    expect(word in done.stdout, f"evolve says {word}")
done = run("evolve", *point(0.524, 1.05))
expect("never" in done.stdout, "never")
differs = [line.split() for line in done.stdout.splitlines() if line.startswith("static F")]
expect(len(differs) == 1 and float(differs[0][4]) < 1e-8, f"the plateau is compared with the static F: {differs}")
expect(run("evolve", *FLUID, "--quiet").stdout == "", "evolve --quiet")
done = expect_run(0, "evolve", "--dry-run", "-o", path("dry.h5"))
for word in ("106 per decade", "MiB", "estimated time", "nothing was computed"):
    expect(word in done.stdout, f"--dry-run says {word}")
done = run_json(0, "evolve", "--dry-run")
keys_are(done, {"start", "decades", "steps_per_decade", "steps", "memory", "memory_checkpoint",
                "seconds_per_evaluation", "seconds_estimated"}, "evolve --dry-run")
expect(done["memory"] > 1e6 and done["steps"] > 1000, f"dry run: {done}")
expect(not os.path.exists(path("dry.h5")) and not os.path.exists(path("dry.h5.journal")), "--dry-run writes nothing")
expect_run(2, "evolve", "--resume", error="--resume needs -o FILE")
for option in ("--resume", "--dry-run"):
    expect_run(2, "glass", option, error=f"{option} belongs to apmct evolve")
BAD = [*FLUID, "--set", "time.scheme=moments", "--set", "time.first_step=100"]  # far too long
done = run_json(1, "evolve", *BAD)
expect(done["status"] == "non_finite" and "wave number" in done["error"] and "after time" in done["error"], f"fails: {done}")
expect("relaxation_time" not in done and done["time_end"] > 0, "no numbers of a run that failed")
expect_run(1, "evolve", *BAD, "-o", path("f.h5"), error="f.h5.journal")
expect(not os.path.exists(path("f.h5")) and os.path.exists(path("f.h5.journal")), "the journal is kept")
expect_run(1, "evolve", *BAD, "-o", path("f.h5"), "--resume", error="became infinite")
os.unlink(path("f.h5.journal"))

# ---- files
done = expect_run(0, "evolve", *FLUID, "-o", path("all.h5"))
expect("stored             1" in done.stdout and "written to" in done.stdout, "what is stored")
done = run_json(0, "info", path("all.h5"))
shapes = {row["name"]: row["shape"] for row in done["datasets"]}
times = shapes["time"][0]
expect(times > 1000 and shapes["correlator"] == [times, 100, 2, 2] and shapes["stored_wave_number"] == [100],
       f"shapes: {shapes}")
expect(shapes["relaxation_time"] == [100, 2] == shapes["relaxation_time_tenth"], "tau(q)")
expect(shapes["long_time"] == [100, 2, 2] and done["state"] == "decayed", "state and long_time")
expect_run(0, "evolve", *FLUID, "-o", path("few.h5"), "--quiet", "--set", "output.wave_numbers=[7.4, 3.4, 7.5]",
           "--set", "output.times_per_decade=10")
shapes = {row["name"]: row["shape"] for row in run_json(0, "info", path("few.h5"))["datasets"]}
expect(shapes["stored_wave_number"] == [2] and 100 < shapes["time"][0] < 160, f"thinned: {shapes}")
expect_run(0, "evolve", *FLUID, "-o", path("none.h5"), "--quiet", "--set", "output.correlator=false")
shapes = {row["name"]: row["shape"] for row in run_json(0, "info", path("none.h5"))["datasets"]}
expect("correlator" not in shapes and "time" not in shapes and "relaxation_time" in shapes, "no correlator")
expect_run(0, "evolve", *FLUID, "-o", path("again.h5"), "--quiet", "--threads", "1")
same_content("all.h5", "again.h5", "equal runs, equal content")
expect_run(0, "evolve", *FLUID, "-o", path("all.h5"), "--quiet", "--resume")
same_content("all.h5", "again.h5", "--resume without a journal begins")
if shutil.which("gnuplot"):
    for figure in ("correlator", "relaxation"):
        expect_run(0, "plot", path("all.h5"), path("few.h5"), "--figure", figure, "-o", path(figure + ".svg"))
        expect(os.path.getsize(path(figure + ".svg")) > 8000, f"figure {figure}")
    expect_run(0, "critical", *FLUID, "-o", path("critical.h5"), "--quiet")
    expect_run(0, "evolve", *point(0.51, 1), "-o", path("far.h5"), "--quiet")
    for files, axis in ((("all.h5", "far.h5", "critical.h5"), "distance"), (("all.h5", "far.h5"), "packing fraction")):
        expect_run(0, "plot", *map(path, files), "--figure", "relaxation-power", "-o", path("power.svg"))
        with open(path("power.svg"), encoding="utf8") as file:
            expect(axis in file.read(), f"relaxation-power against the {axis}")
    done = run("plot", path("all.h5"), path("far.h5"))
    for figure in ("structure-factor", "correlator", "relaxation", "relaxation-power"):
        expect(figure in done.stdout, f"{figure} can be drawn")
    expect_run(3, "plot", path("none.h5"), "--figure", "correlator", "-o", path("x.svg"), error="figure correlator")

# ---- fits: of the peak at phi = 0.515 beta = 0.84, A a little below f_c = 0.784; near phi_c the exponents of lambda_MCT
done = expect_run(0, "evolve", *FLUID)
for word in ("final decay", "transition         phi_c = 0.515912134", "eps = -0.001768,", "crossed at t = 2", "a = 0.3",
             "for 0.3116, b = 0.5", "for 0.5825 of lambda_MCT"):
    expect(word in done.stdout, f"evolve near the transition says {word}: {done.stdout}")
row = next(line for line in done.stdout.splitlines() if line.startswith("passive") and "..." in line).split()
expect(0.72 < float(row[1]) < 0.784 and 0.83 < float(row[2]) < 0.85 and 9e3 < float(row[3]) < 11e3, f"fit: {row}")
done = expect_run(0, "evolve", *point(0.4, 1)).stdout
expect("final decay" in done and "transition" not in done, "far away there is no transition to speak of")
expect("final decay" not in expect_run(0, "evolve", *point(0.524, 1.05)).stdout, "a glass has no final decay")
expect_run(0, "evolve", *point(0.515912134119 * (1 - 1e-4), 1, "tagged=[active]"), "-o", path("near.h5"), "--quiet")
shapes = {row["name"]: row["shape"] for row in run_json(0, "info", path("near.h5"))["datasets"]}
for name in ("amplitude", "time", "exponent", "deviation"):
    expect(shapes["kohlrausch_" + name] == [100, 2] and shapes["tagged/kohlrausch_" + name] == [100, 1], f"fits: {shapes}")
expect(shapes["beta_relaxation/time"] == shapes["beta_relaxation/function"] and shapes["beta_relaxation/time"][0] > 400,
       f"g(t): {shapes}")
if shutil.which("h5dump"):
    for name, low, high in (("a", 0.3066, 0.3166), ("b", 0.5785, 0.5865), ("distance", -1.0001e-4, -0.9999e-4),
                            ("crossing_time", 2400, 2420), ("a_critical", 0.31156, 0.31157)):
        text = subprocess.run(["h5dump", "-m", "%.9g", "-a", "/beta_relaxation/" + name, path("near.h5")],
                              stdout=subprocess.PIPE, text=True).stdout
        value = float(text.split("(0):")[1].split()[0])
        expect(low < value < high, f"{name} = {value}")
expect_run(0, "evolve", *point(0.4, 1), "-o", path("near.h5"), "--quiet")
expect("beta_relaxation/time" not in {row["name"] for row in run_json(0, "info", path("near.h5"))["datasets"]}, "far away")

# ---- long enough to be cut off: half a second or more
LONG = [*point(0.5159, 1, "grid.points=200", "grid.spacing=0.2", "checkpoint.interval=0.02", "time.until=1e14"),
        "--threads", "1"]
started = time.monotonic()
expect_run(0, "evolve", *LONG, "-o", path("whole.h5"), "--quiet")
duration = time.monotonic() - started


def start(name, *more):
    return subprocess.Popen([COMMAND, "evolve", *LONG, "-o", path(name), *more], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def wait_for(name):
    """Until the journal has its head: only then its run holds the lock."""
    for _ in range(10000):
        if os.path.exists(path(name)) and os.path.getsize(path(name)) > 0:
            return
        time.sleep(0.001)


def interrupt(number, name, *settings):
    """A run that the signal cuts off; where it was done before that, a new one that gets the signal sooner."""
    pause = 0.3 * duration
    for _ in range(10):
        process = subprocess.Popen([COMMAND, "evolve", *settings, "-o", path(name)], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        wait_for(name + ".journal")
        time.sleep(pause)
        process.send_signal(number)
        output, error = process.communicate(timeout=100)
        if process.returncode != 0:
            break
        os.unlink(path(name))
        pause /= 2
    expect(process.returncode == 1 and output == "", f"{name}: {process.returncode}")
    expect(len(error.strip().splitlines()) == 1 and "interrupted" in error and "--resume goes on" in error,
           f"{name}: {error}")


random.seed(1)
resumed = 0
for number in range(10):
    process = start("killed.h5")
    time.sleep(random.uniform(0.05, 0.95) * duration)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    expect(process.returncode in (-signal.SIGKILL, 0), "killed or done")
    resumed += os.path.exists(path("killed.h5.journal"))
    if number % 2:  # and again while it goes on
        process = start("killed.h5", "--resume")
        time.sleep(random.uniform(0.05, 0.5) * duration)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    expect_run(0, "evolve", *LONG, "-o", path("killed.h5"), "--resume", "--quiet")
    same_content("whole.h5", "killed.h5", f"killed and resumed ({number})")
    expect(not os.path.exists(path("killed.h5.journal")), "the journal is gone")
    os.unlink(path("killed.h5"))
expect(resumed > 0, "some of the runs were killed before their end")

for number, name in ((signal.SIGINT, "SIGINT"), (signal.SIGTERM, "SIGTERM")):
    interrupt(number, "stopped.h5", *LONG)
    expect_run(3, "evolve", *LONG, "-o", path("stopped.h5"), error="add --resume to go on with that run, or delete it")
    expect_run(3, "evolve", *LONG, "-o", path("stopped.h5"), "--resume", "--set", "grid.points=201",
               error='grid: "points: 200" there, "points: 201" here')
    expect_run(3, "evolve", *LONG, "-o", path("stopped.h5"), "--resume", "--kernel", "factorized", error="kernel: ")
    done = expect_run(0, "evolve", *LONG, "-o", path("stopped.h5"), "--resume")
    expect("resumed            at t = " in done.stdout, f"{name}: it says where it went on")
    same_content("whole.h5", "stopped.h5", f"{name} and resumed")
    os.unlink(path("stopped.h5"))

# ---- cut short, damaged, foreign
interrupt(signal.SIGINT, "cut.h5", *LONG)
with open(path("cut.h5.journal"), "r+b") as file:
    file.truncate(os.path.getsize(path("cut.h5.journal")) - 1000)
expect_run(0, "evolve", *LONG, "-o", path("cut.h5"), "--resume", "--quiet")
same_content("whole.h5", "cut.h5", "a journal that is cut short")
write("cut.h5.journal", "not one of ours")
expect_run(3, "evolve", *LONG, "-o", path("cut.h5"), "--resume", error="not a journal")
with open(path("cut.h5.journal")) as file:
    expect(file.read() == "not one of ours", "somebody else's file is left alone")
os.unlink(path("cut.h5.journal"))

# ---- two at once
process = start("two.h5")
wait_for("two.h5.journal")
process.send_signal(signal.SIGSTOP)
for more in ((), ("--resume", )):
    expect_run(3, "evolve", *LONG, "-o", path("two.h5"), *more, error="another run is writing this result")
process.send_signal(signal.SIGCONT)
process.communicate(timeout=100)
expect(process.returncode == 0, "the first one is not disturbed")
same_content("whole.h5", "two.h5", "the first of two")

# ---- a disk that is full while it runs, and one that is full at the end
with open(path("two.h5"), "rb") as file:
    before = file.read()
for size in (300000, 1000000):
    limited = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
               "env": {**os.environ, "GCOV_PREFIX": "/dev/null/none"}}
    expect_run(3, "evolve", *LONG, "-o", path("two.h5"), **limited, error="two.h5.journal: cannot be written: File too")
    if os.path.exists(path("two.h5.journal")):
        expect_run(0, "evolve", *LONG, "-o", path("two.h5"), "--resume", "--quiet")
        same_content("whole.h5", "two.h5", "resumed when there was room again")
    else:
        with open(path("two.h5"), "rb") as file:
            expect(file.read() == before, "the earlier result is intact")
limited = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)), "env": limited["env"]}
expect_run(3, "evolve", *FLUID, "-o", path("none.h5"), "--set", "output.correlator=false", **limited,
           error="none.h5: cannot be written: File too large")
expect(run_json(0, "info", path("none.h5"))["state"] == "decayed", "the earlier result is intact")
if os.path.exists(path("none.h5.journal")):
    os.unlink(path("none.h5.journal"))
expect_run(3, "evolve", *FLUID, "-o", "/no/such/folder/x.h5", error="No such file")

# ---- accuracy, cut off and resumed
ACCURATE = [*LONG, "--set", "time.accuracy=1e-5"]
expect_run(0, "evolve", *ACCURATE, "-o", path("accurate.h5"), "--quiet")
interrupt(signal.SIGINT, "a.h5", *ACCURATE)
expect_run(0, "evolve", *ACCURATE, "-o", path("a.h5"), "--resume", "--quiet")
same_content("accurate.h5", "a.h5", "time.accuracy resumed")
finish()
