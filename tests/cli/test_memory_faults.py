"""Memory that runs out once, at every place in turn.

Every call stack on which a small run allocates fails in a run of its own (tests/faults/fail_memory.c).  Such a run ends
with exit status 1 and a message about memory, or 3 where a library for files reports no more than a failure; or the
failure did no harm, and everything is as without it.  It is never killed, leaves no partial file and loses no key.

Of the stacks of other libraries a sample is tried; APMCT_FAULTS=all in the environment tries all (about 20 minutes)."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True  # support.py is imported from the source folder
from support import COMMAND, FOLDER, expect, finish, path, preloadable, write

SHIM = preloadable(os.environ["APMCT_FAIL_MEMORY"])
SAMPLE = 10  # stacks of other libraries in each run
OURS = ("apmct", "libapmct.so")
# Do not survive it themselves: HDF5 1.10, for one, recurses without end or exits with 255.
FRAGILE = ("libhdf5", "libgfortran")

GRID = "grid: {points: 12, spacing: 1.0}\n"
write("state.yaml", GRID + """mixture:
  packing_fraction: 0.6
  species:
    - {name: active, fraction: 0.5, activity: 1.05}
    - {name: passive, fraction: rest}
""")
write("evolve.yaml", GRID + """tagged: [active, {name: probe, activity: 2.0}]
time: {until: 1.0e-2, steps_per_block: 16, order: 3}
output: {wave_numbers: [3, 7]}
""")
write("accuracy.yaml", GRID + "time: {until: 1.0e-2, accuracy: 1.0e-2}\n")
write("sweep.yaml", GRID + "sweep: {command: glass, over: {mixture.packing_fraction: [0.5, 0.6]}}\n")
write("sweep-critical.yaml", GRID +
      "sweep: {command: critical, over: {mixture.species.0.activity: {from: 1, to: 2, points: 2}}}\n")
write("sweep-evolve.yaml", GRID + """sweep:
  command: evolve
  zip: {mixture.packing_fraction: [0.4, 0.5], mixture.species.0.activity: [1, 2]}
time: {until: 1.0e-2, steps_per_block: 16, order: 3}
""")
write("trace.yaml", GRID + """sweep:
  trace: {along: mixture.species.0.activity, from: 1, to: 2, tolerance: 1.0e-2,
          find: [maxima, {packing_fraction: 0.57}]}
""")
activity = ["--set", "critical.of=mixture.species.0.activity", "--set", "critical.range=[1, 3]"]
RUNS = [["statics", "state.yaml"], ["glass", "state.yaml"], ["glass", "state.yaml", "--kernel", "direct"],
        ["critical", "state.yaml"], ["critical", "state.yaml", *activity], ["evolve", "evolve.yaml"],
        ["evolve", "accuracy.yaml"], ["evolve", "evolve.yaml", "--dry-run"], ["evolve", "evolve.yaml", "--resume"],
        ["sweep", "sweep.yaml"], ["sweep", "sweep-critical.yaml"], ["sweep", "sweep-evolve.yaml"],
        ["sweep", "sweep.yaml", "--dry-run"], ["sweep", "trace.yaml"], ["info"], ["info", "statics.h5"],
        ["info", "evolve.h5"]]
FORMS = {"text": [], "JSON": ["--json"], "file": ["-o", "out.h5", "--json"]}
environment = {key: value for key, value in os.environ.items() if not key.startswith(("OMP_", "GOMP_", "APMCT_FAULT"))}
# no modules: what those do without memory is not ours to say
environment.update(OMP_NUM_THREADS="1", LC_ALL="C.UTF-8", APMCT_MODULES=FOLDER.name)
inputs = [name for name in os.listdir(FOLDER.name)]


def start(arguments, folder, **more):
    done = subprocess.run([COMMAND, *arguments], cwd=folder, env=dict(environment, **more), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, errors="replace", timeout=120)
    return done


def contents(text, form):
    """What a run says, without its times and the size of its process; of JSON None where it is not JSON."""
    if form == "text":
        text = re.sub(r"computed with .*|computed in .*|estimated time .*|memory  .*", "", text)
        return re.sub(r"[^ ]* s per kernel evaluation", "", text)
    try:
        rows = [json.loads(row) for row in text.splitlines()]
    except ValueError:
        return None
    for row in rows:
        for key in ("memory", "seconds", "seconds_estimated", "seconds_per_evaluation"):
            if key in row:
                row[key] = None
    return rows


def prepare(arguments):
    folder = tempfile.mkdtemp(dir=FOLDER.name)
    if "--resume" in arguments:
        shutil.copy(path("begun.journal"), os.path.join(folder, "out.h5.journal"))
    for name in inputs + ["statics.h5", "evolve.h5"]:
        if os.path.exists(path(name)):
            os.link(path(name), os.path.join(folder, name))
    return folder


def same_file(folder, reference):
    names = [os.path.join(each, "out.h5") for each in (folder, reference)]
    if not all(map(os.path.exists, names)):
        return False
    with open(names[0], "rb") as one, open(names[1], "rb") as other:
        if one.read() == other.read():
            return True
    return subprocess.run(["h5diff", *names], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def where(log):
    """The innermost functions of ours on the stack that failed, as far as they have names."""
    with open(log) as rows:
        found = re.findall(r"apmct[^ ]*\(([^)]*)\)", rows.read())
    return " < ".join(found[:4])


def killed_by(log):
    with open(log) as rows:
        last = rows.read().splitlines()[-1:]
    return last[0].split()[1] if last and last[0].startswith("killed") else ""


def judge(arguments, form, k, objects, reference, reference_folder):
    folder = prepare(arguments)
    log = folder + ".log"
    what = end_of(arguments, form, k, objects, reference, reference_folder, folder, log)
    if not what and "--resume" in arguments and not os.path.exists(os.path.join(folder, "out.h5")):
        again = start(arguments, folder)  # nothing is lost
        if again.returncode != 0 or not same_file(folder, reference_folder):
            what = f"resumed once more: exit status {again.returncode} or another file: {again.stderr}"
        elif contents(again.stdout, form) != contents(reference.stdout, form):
            what = "resumed once more: it did not go on from the same checkpoint"
    what = what and f"{what} [{where(log)}]"
    os.unlink(log)
    shutil.rmtree(folder)
    return what


def end_of(arguments, form, k, objects, reference, reference_folder, folder, log):
    """One run whose k-th stack fails; what is wrong with its end, or nothing."""
    done = start(arguments, folder, LD_PRELOAD=SHIM, APMCT_FAULT_AT=str(k), APMCT_FAULT_LOG=log)
    left = sorted(set(os.listdir(folder)) - set(inputs) - {"statics.h5", "evolve.h5"})
    killer = killed_by(log) or (objects.split()[0] if done.returncode == 255 else "")
    if done.returncode < 0 and objects.startswith(FRAGILE):  # it has corrupted what another library falls over
        killer = objects.split()[0]
    if killer.startswith(FRAGILE):
        deaths.append(killer)
        left = [name for name in left if not name.endswith(".part")]
        if "out.h5" in left and same_file(folder, reference_folder):
            left.remove("out.h5")  # it died after all was done
        return f"killed in {killer}, left behind: {left}" if left not in ([], ["out.h5.journal"]) else ""
    partial = [name for name in left if name not in ("out.h5", "out.h5.journal")]
    message = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else ""
    said = contents(done.stdout, form)
    if partial:
        return f"left behind: {partial}"
    if done.returncode == 0:
        if said != contents(reference.stdout, form):
            return f"exit status 0 with other output: {done.stdout[:300]}"
        if form == "file" and "--dry-run" not in arguments and not same_file(folder, reference_folder):
            return "exit status 0 with another file"
        return ""
    if form == "file" and "out.h5" in left and not same_file(folder, reference_folder):
        return f"exit status {done.returncode} and another file"
    if len(arguments) > 1 and arguments[0] == "info" and done.returncode == 3:
        return "" if message else "no message"  # of the process that reads the file, in which HDF5 may crash
    if done.returncode == 3 and not objects.startswith(OURS):
        return "" if message else "no message"
    if done.returncode == 4 and objects.startswith("ld-linux"):  # OpenBLAS cannot be loaded
        return "" if message else "no message"
    if done.returncode != 1 or not re.search("memory", message, re.IGNORECASE):
        return f"exit status {done.returncode}{killer and ', in ' + killer}: {done.stderr[-300:]}"
    if form != "text" and done.stdout and (said is None or said[-1].get("status") != "memory"):
        return f"JSON of the failure: {done.stdout[-300:]}"
    return ""


def numbered(log):
    """[(number, objects)] of the stacks of a run, the objects from the one on that called the C library."""
    stacks = []
    with open(log) as rows:
        for row in rows:
            number, *objects = row.split()
            while objects and objects[0].startswith("libc.so"):
                objects.pop(0)
            stacks.append((int(number), " ".join(objects)))
    return stacks


def begin():
    """A journal with a checkpoint: of a run that had no memory left for its result file."""
    arguments = ["evolve", "evolve.yaml", "-o", "out.h5"]
    start(arguments, FOLDER.name, LD_PRELOAD=SHIM, APMCT_FAULT_LOG=path("log"))
    for number, objects in reversed(numbered(path("log"))):
        if os.path.exists(path("out.h5")):
            os.unlink(path("out.h5"))
        if objects.startswith("libapmct.so"):
            start(arguments, FOLDER.name, LD_PRELOAD=SHIM, APMCT_FAULT_AT=str(number))
        if os.path.exists(path("out.h5.journal")):
            break
    os.rename(path("out.h5.journal"), path("begun.journal"))
    os.unlink(path("log"))


def chosen(stacks):
    """Of [(number, objects)] all of our own and a sample of the rest, evenly."""
    if os.environ.get("APMCT_FAULTS") == "all":
        return stacks
    ours = [row for row in stacks if row[1].startswith(OURS)]
    rest = [row for row in stacks if not row[1].startswith(OURS)]
    return sorted(ours + rest[::max(1, -(-len(rest) // SAMPLE))])


start(["statics", "state.yaml", "-o", "statics.h5"], FOLDER.name)
start(["evolve", "evolve.yaml", "-o", "evolve.h5"], FOLDER.name)
begin()
total = 0
deaths = []
only = os.environ.get("APMCT_FAULTS_ONLY", "")
with ThreadPoolExecutor(os.cpu_count()) as pool:
    for run in RUNS:
        for form, options in FORMS.items():
            if form == "file" and (run[0] == "info" or "--dry-run" in run) or form != "file" and "--resume" in run:
                continue
            arguments = [*run, *options]
            name = " ".join(arguments)
            if only not in name:
                continue
            folder = prepare(arguments)
            log = os.path.join(folder, "log")
            reference = start(arguments, folder, LD_PRELOAD=SHIM, APMCT_FAULT_LOG=log)
            expect(reference.returncode == 0, f"{name}: {reference.returncode}: {reference.stderr}")
            stacks = numbered(log)
            expect(len(stacks) > 5, f"{name}: {len(stacks)} call stacks")
            tries = chosen(stacks)
            found = pool.map(lambda row: judge(arguments, form, *row, reference, folder), tries)
            wrong = [(row, what) for row, what in zip(tries, found) if what]
            for row, what in wrong[:5]:
                expect(False, f"{name}: stack {row[0]} ({row[1]}): {what}")
            expect(len(wrong) <= 5, f"{name}: and {len(wrong) - 5} more")
            print(f"{name}: {len(tries)} of {len(stacks)} stacks, {len(wrong)} wrong")
            total += len(tries)
            shutil.rmtree(folder)
print(f"{total} runs; {len(deaths)} ended by a library that does not survive it: {sorted(set(deaths))}")
finish()
