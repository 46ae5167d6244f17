"""A configuration that can be read only once: pipes, <( ), FIFOs, standard input.

Several threads, a problem on which they work together and no word about OpenMP in the environment: the command then
loads itself again, which must not lose what it reads."""
import json
import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # support.py is imported from the source folder
from support import COMMAND, FOLDER, expect, finish, path, write

CONFIG = """mixture: {packing_fraction: 0.45}
grid: {points: 300}
solver: {kernel: fourier}
"""
OPTIONS = ["--json", "--threads", "2"]
plain = {key: value for key, value in os.environ.items() if not key.startswith(("OMP_", "GOMP_", "KMP_"))}
plain.pop("POSIXLY_CORRECT", None)
environments = {"no word about OpenMP": plain, "OMP_WAIT_POLICY": dict(plain, OMP_WAIT_POLICY="passive"),
                "GOMP_SPINCOUNT": dict(plain, GOMP_SPINCOUNT="100")}


def check(done, how):
    """The configuration arrived, the run succeeded."""
    expect(done.returncode == 0, f"{how}: exit status {done.returncode}: {done.stderr}")
    if done.returncode == 0:
        config = json.loads(done.stdout)["config"]
        expect(config["mixture"]["packing_fraction"] == 0.45, f"{how}: phi {config['mixture']['packing_fraction']}")
        expect(config["grid"]["points"] == 300, f"{how}: {config['grid']['points']} points")


def start(arguments, environment, **keywords):
    try:
        return subprocess.run(arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=120, cwd=FOLDER.name, **keywords)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(arguments, -1, "", "it did not end")


def through_fifo(threads, environment, look=lambda pid: None):
    """Runs statics with a FIFO for its configuration; `look` is called once the FIFO is open at both ends."""
    name = path("fifo")
    os.mkfifo(name)
    arguments = [COMMAND, "statics", name, "--json", "--threads", str(threads)]
    process = subprocess.Popen(arguments, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    seen = None
    while process.poll() is None:
        try:
            writer = os.open(name, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # nobody reads yet
            time.sleep(0.01)
            continue
        seen = look(process.pid)
        os.write(writer, CONFIG.encode())
        os.close(writer)
        break
    try:
        out, error = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:  # it reads a second time what was there once
        process.kill()
        out, error = process.communicate()
    os.unlink(name)
    return subprocess.CompletedProcess(arguments, process.returncode, out, error), seen


file = write("config.yaml", CONFIG)
script = f'exec "$0" statics <(cat config.yaml) {" ".join(OPTIONS)}'
for name, environment in environments.items():
    for word in ("-", "/dev/stdin"):
        command = [COMMAND, "statics", word, *OPTIONS]
        check(start(command, environment, input=CONFIG), f"{name}: pipe to {word}")
        with open(file) as stream:
            check(start(command, environment, stdin=stream), f"{name}: {word} < file")
    check(start([COMMAND, *OPTIONS, "statics", "--", "-"], environment, input=CONFIG), f"{name}: after --")
    check(start(["bash", "-c", script, COMMAND], environment), f"{name}: <( )")
    check(through_fifo(2, environment)[0], f"{name}: FIFO")
    check(start([COMMAND, "statics", file, *OPTIONS], environment), f"{name}: file")
    for command in ("glass", "critical"):
        check(start([COMMAND, command, "-", *OPTIONS], environment, input=CONFIG), f"{name}: pipe to {command} -")
    check(start([COMMAND, "evolve", "/dev/stdin", *OPTIONS, "--set", "time.until=1e-4"], environment, input=CONFIG),
          f"{name}: pipe to evolve /dev/stdin")

# what is told is told once
warned = start([COMMAND, "statics", "--threads", "2", "--set", "grid.points=300", "--set", "grid.quadrature=corrected"],
               plain).stderr
expect(warned.count("warning") == 1, f"one warning: {warned}")

# by a name that is not the program's, found in PATH, without a name, through the dynamic linker by hand
check(start(["elsewhere", "statics", "-", *OPTIONS], plain, executable=COMMAND, input=CONFIG), "another argv[0]")
check(start([os.path.basename(COMMAND), "statics", "-", *OPTIONS], dict(plain, PATH=os.path.dirname(COMMAND)),
            input=CONFIG), "found in PATH")
check(start(["", "statics", "-", *OPTIONS], plain, executable=COMMAND, input=CONFIG), "an empty argv[0]")
linker = "/lib64/ld-linux-x86-64.so.2"
if os.path.exists(linker):
    check(start([linker, COMMAND, "statics", "-", *OPTIONS], plain, input=CONFIG), "through the dynamic linker")


def identity(pid):
    """GOMP_SPINCOUNT of a process, and the name by which ps knows it."""
    with open(f"/proc/{pid}/environ") as variables:
        found = dict(row.split("=", 1) for row in variables.read().split("\0") if "=" in row)
    with open(f"/proc/{pid}/comm") as comm:
        return found.get("GOMP_SPINCOUNT"), comm.read().strip()


name = os.path.basename(COMMAND)
for threads, environment, expected in ((2, "no word about OpenMP", "2000"), (1, "no word about OpenMP", None),
                                       (2, "OMP_WAIT_POLICY", None), (2, "GOMP_SPINCOUNT", "100")):
    seen = through_fifo(threads, environments[environment], identity)[1]
    expect(seen == (expected, name), f"{threads} threads, {environment}: {seen}")
finish()
