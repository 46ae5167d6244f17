"""apmct evolve with tagged particles: what is stored, values of theory, a run that is cut off, figures, errors."""
import sys

sys.dont_write_bytecode = True  # support.py is imported from the source folder
import os
import re
import shutil
import signal
import subprocess
import time

from support import COMMAND, expect, expect_run, finish, path, run_json, write

CONFIG = """
mixture: {packing_fraction: 0.515, species: [{name: all, fraction: 1, activity: 1}]}
tagged: [all, {name: probe, activity: 3, diffusivity: 0.5}]
output: {wave_numbers: [7.4, 3.4]}
"""
write("tagged.yaml", CONFIG)
TAGGED = ["evolve", path("tagged.yaml")]


def shapes_of(name):
    return {row["name"]: row["shape"] for row in run_json(0, "info", path(name))["datasets"]}


def values(name, dataset):
    dump = subprocess.run(["h5dump", "-y", "-w", "1", "-m", "%.15g", "-d", dataset, path(name)], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    data = dump[dump.index("DATA {") + 6:]
    return [float(word) for word in re.findall(r"[-+0-9.e]+|nan|inf", data[:data.index("}")])]


# ---- what is said and stored
done = expect_run(0, *TAGGED, "-o", path("fluid.h5"))
for word in ("tagged particle", "probe", "dr2/(6 t)"):
    expect(word in done.stdout, f"evolve says {word}")
shapes = shapes_of("fluid.h5")
T = shapes["time"][0]
expect(shapes["correlator"] == [T, 2, 1, 1] and shapes["long_time"] == [100, 1, 1], f"the mixture's alone: {shapes}")
expect(shapes["tagged/correlator"] == [T, 2, 2] and shapes["tagged/mean_squared_displacement"] == [T, 2], f"{shapes}")
for name in ("long_time", "relaxation_time", "relaxation_time_tenth"):
    expect(shapes[f"tagged/{name}"] == [100, 2], f"tagged/{name}: {shapes}")
for name in ("name", "activity", "diffusivity"):
    expect(shapes[f"tagged/{name}"] == [2], f"tagged/{name}: {shapes}")
done = run_json(0, *TAGGED)
alone = run_json(0, *TAGGED, "--set", "tagged=[]")
expect(set(done) == set(alone) and len(done["relaxation_time"]) == 1, "keys are those without tagged particles")
expect(abs(done["relaxation_time"][0] / alone["relaxation_time"][0] - 1) < 1e-8,  # the steps are others
       "tagged particles do not disturb the mixture")
expect_run(0, *TAGGED, "-o", path("none.h5"), "--quiet", "--set", "output.correlator=false")
expect("tagged/relaxation_time" in shapes_of("none.h5") and "time" not in shapes_of("none.h5"), "no series")
expect_run(0, *TAGGED, "--set", "time.accuracy=1e-5", "--quiet")

# ---- values: 6 D lambda t at first; in the arrested state the localisation length of hard spheres
CRITICAL = [*TAGGED, "--set", "mixture.packing_fraction=0.515912134119", "--set", "output.wave_numbers=[7.4]"]
expect_run(0, *CRITICAL, "-o", path("critical.h5"), "--quiet")
if shutil.which("h5dump"):
    t, dr2 = values("critical.h5", "time"), values("critical.h5", "tagged/mean_squared_displacement")
    for particle, rate in ((0, 1), (1, 1.5)):
        expect(dr2[particle] == 0 and abs(dr2[2 + particle] / (6 * rate * t[1]) - 1) < 0.05, "free at first")
    # 0.0746: M. Fuchs, W. Goetze, M. R. Mayr, Phys. Rev. E 58, 3384 (1998), the same grid; at t = 1e10 the critical
    # decay is within t^-a, 1e-3, of its end
    expect(abs((dr2[-2] / 6) ** 0.5 - 0.0746) < 2e-4, f"localisation length {(dr2[-2] / 6) ** 0.5}")

# ---- cut off and resumed
LONG = [*TAGGED, "--set", "mixture.packing_fraction=0.5159", "--set", "checkpoint.interval=0.02", "--set",
        "time.until=1e14", "--threads", "1"]
started = time.monotonic()
expect_run(0, *LONG, "-o", path("whole.h5"), "--quiet")
duration = time.monotonic() - started
for share in (0.2, 0.4, 0.6, 0.8):
    process = subprocess.Popen([COMMAND, *LONG, "-o", path("killed.h5"), "--quiet"])
    time.sleep(share * duration)
    process.send_signal(signal.SIGKILL)
    process.wait()
    expect_run(0, *LONG, "-o", path("killed.h5"), "--resume", "--quiet")
    if shutil.which("h5diff"):
        difference = subprocess.run(["h5diff", "-c", path("whole.h5"), path("killed.h5")], stdout=subprocess.PIPE,
                                    text=True)
        expect(difference.returncode == 0, f"killed after {share} of the time: {difference.stdout[:500]}")
    os.unlink(path("killed.h5"))

# ---- figures
if shutil.which("gnuplot"):
    for figure in ("tagged-correlator", "displacement"):
        expect_run(0, "plot", path("fluid.h5"), path("critical.h5"), "--figure", figure, "-o", path(figure + ".svg"))
        expect(os.path.getsize(path(figure + ".svg")) > 8000, f"figure {figure}")
    for figure in ("correlator", "tagged-correlator"):
        expect_run(0, "plot", path("fluid.h5"), "--figure", figure, "--set", "output.wave_numbers=[3.4, 7.4]", "-o",
                   path("two.svg"))
        with open(path("two.svg"), encoding="utf8") as file:
            text = file.read()
        expect("3.4/" in text and "7.4/" in text, f"{figure} at two wave numbers")
    expect_run(3, "plot", path("none.h5"), "--figure", "displacement", "-o", path("x.svg"),
               error="figure displacement needs one of apmct evolve with tagged particles")

# ---- errors
expect_run(2, "evolve", "--set", "tagged=[nobody]", error="nobody")
expect_run(2, "evolve", "--set", "tagged=[{name: probe, activity: 0.5}]", error="activity")
finish()
