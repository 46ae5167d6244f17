"""apmct sweep on several processes: the same content as on one, also after one or all of them were killed."""
import sys

sys.dont_write_bytecode = True  # support.py is imported from the source folder
import os
import random
import shutil
import signal
import subprocess
import time

from support import COMMAND, expect, finish, path, run, write

MODULE = os.path.join(os.path.dirname(os.path.realpath(COMMAND)), "libapmct_mpi.so")
if not shutil.which("mpirun") or not os.path.exists(MODULE) or not shutil.which("h5diff"):
    print("skipped: no mpirun, no h5diff, or built without MPI")
    finish()
    sys.exit(0)

ENVIRONMENT = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
if "ASAN_OPTIONS" in os.environ:  # Open MPI leaks by itself
    ENVIRONMENT["ASAN_OPTIONS"] = os.environ["ASAN_OPTIONS"] + ":detect_leaks=0"
write("map.yaml", """
mixture: {packing_fraction: 0.5, species: [{name: a, fraction: 0.5, activity: 1}, {name: p, fraction: rest}]}
checkpoint: {interval: 0.01}
sweep:
  command: critical
  over:
    mixture.species.0.fraction: {from: 0.1, to: 0.7, points: 7}
    mixture.species.0.activity: {from: 1, to: 10, points: 60}
""")


def start(count, *words):
    return subprocess.Popen(["mpirun", "--oversubscribe", "-n", str(count), COMMAND, "sweep", path("map.yaml"), *words],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)


def sweep(count, *words):
    process = start(count, *words)
    output, error = process.communicate(timeout=300)
    return process.returncode, output, error


def same_content(name, what):
    difference = subprocess.run(["h5diff", "-c", path("whole.h5"), path(name)], stdout=subprocess.PIPE, text=True)
    expect(difference.returncode == 0, f"{what}: {difference.stdout[:500]}")
    left = [name for name in os.listdir(os.path.dirname(path(name))) if name.endswith(".journal")]
    expect(left == [], f"{what}: no journal is left: {left}")


def ranks_of(process):
    found = subprocess.run(["pgrep", "-P", str(process.pid)], stdout=subprocess.PIPE, text=True).stdout.split()
    return [int(number) for number in found]


expect(run("sweep", path("map.yaml"), "-o", path("whole.h5"), "--quiet").returncode == 0, "one process")
started = time.monotonic()
status, output, error = sweep(3, "-o", path("three.h5"))
duration = time.monotonic() - started
expect(status == 0 and output.count("done               420, failed 0") == 1, f"three processes: {status} {output} {error}")
same_content("three.h5", "three processes")

# ---- killed: one process, then all of them; resumed with another number
random.seed(3)
resumed, pause = 0, 0.8 * duration
for number in range(10):
    process = start(2 + number % 2, "-o", path("k.h5"), "--resume", "--quiet")
    time.sleep(random.uniform(0.25, 1) * pause)
    if process.poll() is not None:  # the machine has less to do than when the duration was measured
        pause *= 0.5
    victims = ranks_of(process)
    if number % 2 or not victims:
        victims.append(process.pid)
        process.send_signal(signal.SIGKILL)
    else:
        victims = victims[-1:]
    for victim in victims:
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            pass
    process.communicate()
    for victim in victims:  # orphans hold their locks until they are gone
        for _ in range(1000):
            if not os.path.exists(f"/proc/{victim}"):
                break
            time.sleep(0.01)
    resumed += os.path.exists(path("k.h5.journal"))
    if number % 3 == 2:
        status, output, error = sweep(1 + number % 2, "-o", path("k.h5"), "--resume", "--quiet")
        expect(status == 0, f"resumed: {status} {error}")
        same_content("k.h5", f"killed and resumed ({number})")
        os.unlink(path("k.h5"))
expect(resumed > 3, f"most were killed before their end: {resumed}")

# ---- refused by all
status, output, error = sweep(2)
expect(status != 0 and "2 processes need -o FILE" in error, f"no file: {error}")
status, output, error = sweep(2, "-o", path("x.h5"), "--set", "sweep.over.grid.points=[0]")
expect(status != 0 and "sweep.over.grid.points" in error, f"bad configuration: {error}")
finish()
