"""Each call that writes, syncs, closes or names a file fails in turn; runs are killed in such calls and resumed.

By default a sample of the calls, the same every time; all of them with --all or APMCT_FAULTS=all, and about
2 APMCT_KILLS kills."""
import sys

sys.dont_write_bytecode = True  # support.py is imported from the source folder
import os
import random
import shutil
import signal
import subprocess

from support import COMMAND, expect, finish, path, preloadable, write

ALL = "--all" in sys.argv or os.environ.get("APMCT_FAULTS") == "all"
KILLS = int(os.environ.get("APMCT_KILLS", "30"))
SMALL = ("--threads", "1", "--quiet", "--set", "grid.points=20", "--set", "grid.spacing=0.8")
write("sweep.yaml", "sweep: {command: glass, over: {mixture.packing_fraction: [0.4, 0.5, 0.52, 0.55, 0.6]}}\n")
COMMANDS = {
    "statics": ("statics", *SMALL),
    "glass": ("glass", *SMALL),
    "critical": ("critical", *SMALL),
    "evolve": ("evolve", *SMALL, "--set", "mixture.packing_fraction=0.4", "--set", "time.until=1", "--set",
               "time.steps_per_block=16", "--set", "checkpoint.interval=1e-9"),
    "sweep": ("sweep", path("sweep.yaml"), *SMALL, "--set", "checkpoint.interval=1e-9"),
}
RESUMABLE = ("evolve", "sweep")
choose = random.Random(8)
SHIM = preloadable(os.environ["APMCT_FAIL_FILES"])
counts = {"fail": 0, "refused": 0, "kill": 0}


class Place:
    """A folder for one run: where the result goes, and whether there is an old one."""

    def __init__(self, name, old):
        self.folder, self.old = path("place"), old
        shutil.rmtree(self.folder, ignore_errors=True)
        os.mkdir(self.folder)
        self.name = name
        self.result = os.path.join(self.folder, name)
        if old is not None:
            with open(self.result, "wb") as file:
                file.write(old)

    def bytes(self):
        if not os.path.exists(self.result):
            return None
        with open(self.result, "rb") as file:
            return file.read()

    def others(self):
        return sorted(set(os.listdir(self.folder)) - {self.name, self.name + ".journal"})


def start(command, place, *more, named=False, **fault):
    environment = {**os.environ, "LD_PRELOAD": SHIM,
                   "GCOV_PREFIX": "/dev/null/none"}  # a coverage build must not fail in its own files
    environment.update({f"APMCT_FAULT{key}": str(value) for key, value in fault.items()})
    if named:
        environment["APMCT_FAULT_NAMED"] = "1"
    return subprocess.run([COMMAND, *command, "-o", place.result, *more], env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, errors="replace", timeout=120)


def is_same(place, wanted):
    found = place.bytes()
    if found == wanted or found is None or not place.name.endswith(".h5"):
        return found == wanted
    with open(path("wanted.h5"), "wb") as file:
        file.write(wanted)
    tool = shutil.which("h5diff")
    return not tool or subprocess.run([tool, "-c", path("wanted.h5"), place.result],
                                      stdout=subprocess.DEVNULL).returncode == 0


def check_resumed(name, command, place, wanted, what):
    done = start(command, place, *(("--resume",) if name in RESUMABLE else ()))
    expect(done.returncode == 0, f"{what}, once more: {done.returncode}, {done.stderr[:300]}")
    expect(is_same(place, wanted), f"{what}, once more: another file than that of a run without failures")
    expect(os.listdir(place.folder) == [place.name], f"{what}, once more: left: {os.listdir(place.folder)}")


def check_failure(name, command, wanted, old, named, kind, number, called):
    what = f"{name}, {'named' if named else 'nameless'}, {'old' if old else 'new'}: {kind} {called} ({number})"
    place = Place("result" + suffix_of(name), old)
    done = start(command, place, named=named, **{"": number, "_KIND": kind})
    lines = [line for line in done.stderr.splitlines() if line and not line.startswith(("profiling:", "libgcov"))]
    counts["fail"] += 1
    expect(done.returncode in (0, 3), f"{what}: exit status {done.returncode}, {done.stderr[:300]}")
    expect(not place.others(), f"{what}: left: {place.others()}")
    if done.returncode == 0:
        expect(lines == [], f"{what}: {lines} of a run that succeeded")
        expect(is_same(place, wanted), f"{what}: exit status 0, but the file is another one")
        return
    counts["refused"] += 1
    expect(len(lines) == 1, f"{what}: {len(lines)} lines of error: {done.stderr[:300]}")
    expect(place.bytes() == old, f"{what}: exit status 3, but the file has changed")
    if name in COMMANDS:
        check_resumed(name, command, place, wanted, what)


def suffix_of(name):
    return ".svg" if name == "plot" else ".h5"


def calls_of(name, command, old, named):
    """The calls of a run without failures, and the file that it writes."""
    place = Place("result" + suffix_of(name), old)
    if os.path.exists(path("calls")):
        os.unlink(path("calls"))
    done = start(command, place, named=named, _LOG=path("calls"))
    expect(done.returncode == 0 and os.listdir(place.folder) == [place.name], f"{name}: {done.stderr[:300]}")
    with open(path("calls")) as file:
        return file.read().split(), place.bytes()


# ---- every call fails, alone or with all that follow
def check_command(name, command, old):
    for named in (False, True):
        for before in (None, old):
            calls, wanted = calls_of(name, command, before, named)
            expect({"fsync", "close"} <= set(calls), f"{name}: calls {calls}")
            for number, called in enumerate(calls, 1):
                for kind in ("once", "from"):
                    # the data of a file are many calls of one kind
                    share = 0.1 if called == "pwrite" else 0.4
                    if not ALL and (named or before or kind == "from" or called == "pwrite") and \
                            choose.random() > share:
                        continue
                    check_failure(name, command, wanted, before, named, kind, number, called)


# ---- killed in the middle of a call, up to twice
def check_kill(name, command, old, tries):
    kinds = [(named, before, *calls_of(name, command, before, named)) for named in (False, True)
             for before in (None, old)]
    for _ in range(tries):
        named, before, calls, wanted = choose.choice(kinds)
        number = choose.randrange(len(calls)) + 1
        what = f"{name}, {'named' if named else 'nameless'}: killed in {calls[number - 1]} ({number})"
        place = Place("result.h5", before)
        for more in ((), ("--resume",)):
            done = start(command, place, *more, named=named, **{"": number, "_KIND": "kill"})
            expect(done.returncode in (0, -signal.SIGKILL), f"{what}: {done.returncode}, {done.stderr[:300]}")
            counts["kill"] += done.returncode != 0
            expect(place.bytes() == before or is_same(place, wanted), f"{what}: a part of a file under the final name")
            if name not in RESUMABLE or choose.random() < 0.5:
                break
            number = choose.randrange(len(calls)) + 1
        check_resumed(name, command, place, wanted, what)


old_result = calls_of("statics", COMMANDS["statics"], None, False)[1]
for command_name, words in COMMANDS.items():
    check_command(command_name, words, b"old" if command_name == "statics" else old_result)
if shutil.which("gnuplot"):
    calls_of("glass", COMMANDS["glass"], None, False)
    shutil.copy(path("place/result.h5"), path("drawn.h5"))
    check_command("plot", ("plot", path("drawn.h5"), "--figure", "nonergodicity", "--quiet"), b"old")
for command_name in RESUMABLE:
    check_kill(command_name, COMMANDS[command_name], old_result, KILLS if ALL else KILLS // 2)
check_kill("glass", COMMANDS["glass"], old_result, 10)
expect(counts["kill"] >= KILLS, f"{counts['kill']} kills")
print(f"{counts['fail']} failures, {counts['refused']} of them refused; {counts['kill']} kills")
finish()
