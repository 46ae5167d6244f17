"""Damaged result files: info and plot end with a line and a status, whatever HDF5 does with them.

    test_damaged_files.py COMMAND [FILES [SEED]]      more files than the tests take, or others
"""
import sys

sys.dont_write_bytecode = True  # support.py is imported from the source folder
import collections
import concurrent.futures
import ctypes
import os
import random
import re
import resource
import shutil
import signal
import struct
import subprocess
import tempfile
import time

from support import COMMAND, FOLDER, expect, expect_run, failures, finish, path, preloadable, write

FILES = int(sys.argv[2]) if len(sys.argv) > 2 else 300
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 1
PLOT_EVERY = 10
SECONDS_MAX = 15
MEMORY_MAX = 2.5e9  # bytes of any process
MODULE = os.environ["APMCT_TEST_MODULE"]  # damaged_files.c

# HDF5 is not built with the sanitizers: what they find in it is no report of ours, but a crash like others.
SANITIZERS = "allocator_may_return_null=1:verify_asan_link_order=0:log_path=stderr:abort_on_error=1"
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1",
               "ASAN_OPTIONS": ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), SANITIZERS]))}

# ---- result files of every command
GRID = ["--quiet", "--set", "grid.points=8", "--set", "grid.spacing=2"]
WHOLE = ["statics.h5", "glass.h5", "critical.h5", "roots.h5", "evolve.h5", "sweep.h5", "trace.h5"]
expect_run(0, "statics", *GRID, "-o", path("statics.h5"))
expect_run(0, "glass", *GRID, "-o", path("glass.h5"))
expect_run(0, "critical", *GRID, "-o", path("critical.h5"))
write("small.yaml", """
grid: {points: 8, spacing: 2}
mixture: {packing_fraction: 0.3, species: [{name: a, fraction: 0.5, activity: 1}, {name: p, fraction: rest}]}
""")
expect_run(0, "critical", path("small.yaml"), "--quiet", "--set", "critical.of=mixture.species.0.activity",
           "--set", "mixture.packing_fraction=0.55", "-o", path("roots.h5"))
expect_run(0, "evolve", path("small.yaml"), "--quiet", "--set", "tagged=[a]", "--set", "output.wave_numbers=all",
           "-o", path("evolve.h5"))
expect_run(0, "sweep", path("small.yaml"), "--quiet", "-o", path("sweep.h5"), "--set",
           "sweep={command: glass, over: {mixture.species.0.activity: [1, 3], mixture.packing_fraction: [0.4, 0.6]}}")
expect_run(0, "sweep", path("small.yaml"), "--quiet", "-o", path("trace.h5"), "--set",
           "sweep={trace: {along: mixture.species.0.activity, from: 1, to: 2, tolerance: 1e-2}}")


def read(name):
    with open(path(name), "rb") as file:
        return file.read()


CONTENTS = {name: read(name) for name in WHOLE if os.path.exists(path(name))}
expect(len(CONTENTS) == len(WHOLE), f"made {sorted(CONTENTS)}")

# ---- damage
LARGE = [2**64 - 1, 2**63, 2**63 - 1, 2**48, 2**40, 2**32, 2**32 - 1, 2**31 - 1, 2**16, 0, 1]


def bit_flips(rng, data):
    for _ in range(rng.choice([1, 2, 8, 64])):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def truncation(rng, data):
    del data[rng.randrange(1, len(data)):]


def cut_but_long(rng, data):
    """The end is lost, the length is not: a crash of the machine."""
    start = rng.randrange(1, len(data))
    data[start:] = bytes(len(data) - start)


def zeros(rng, data):
    start, length = rng.randrange(len(data)), rng.choice([1, 8, 64, 512, 4096])
    data[start:start + length] = bytes(len(data[start:start + length]))


def noise(rng, data):
    start, length = rng.randrange(len(data)), rng.choice([4, 16, 64, 512])
    data[start:start + length] = rng.randbytes(len(data[start:start + length]))


def swapped_blocks(rng, data):
    size = rng.choice([8, 64, 512])
    one, other = (rng.randrange(0, len(data) - size) // size * size for _ in range(2))
    data[one:one + size], data[other:other + size] = data[other:other + size], data[one:one + size]


def put_integer(rng, data, at):
    size, form = rng.choice([(8, "<Q"), (4, "<I"), (2, "<H"), (1, "<B")])
    if at + size <= len(data):
        struct.pack_into(form, data, at, rng.choice(LARGE) % 2**(8 * size))


def large_in_superblock(rng, data):
    put_integer(rng, data, rng.randrange(8, 96))


def large_in_structures(rng, data):
    """In a heap, a node of a tree of groups or chunks, or a heap of texts."""
    marks = [at for mark in (b"TREE", b"HEAP", b"SNOD", b"GCOL") for at in find_all(data, mark)]
    for _ in range(rng.choice([1, 1, 3])):
        put_integer(rng, data, rng.choice(marks) + 4 + rng.randrange(0, 60))


def large_in_headers(rng, data):
    """In the head of an object, where types, shapes, layouts and filters are: an entry of a group leads there."""
    heads = []
    for node in find_all(data, b"SNOD"):
        for i in range(struct.unpack_from("<H", data, node + 6)[0]):
            heads.append(struct.unpack_from("<Q", data, node + 8 + 40 * i + 8)[0])
    for _ in range(rng.choice([1, 1, 3])):
        put_integer(rng, data, rng.choice(heads) + rng.randrange(0, 400))


def find_all(data, mark):
    at = data.find(mark)
    while at >= 0:
        yield at
        at = data.find(mark, at + 1)


DAMAGES = [bit_flips, truncation, cut_but_long, zeros, noise, swapped_blocks, large_in_superblock, large_in_structures,
           large_in_headers, large_in_headers]

# ---- the command on them
counts = collections.Counter()


def survive(what, folder, *words):
    """Runs the command: a status of its own, a line where it is not 0, no hanging.  The exit status, None of a hang."""
    start = time.monotonic()
    try:
        done = subprocess.run([COMMAND, *words], cwd=folder, env=ENVIRONMENT, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, errors="replace", timeout=2 * SECONDS_MAX)
    except subprocess.TimeoutExpired:
        counts["hangs"] += 1
        expect(False, f"{what}: it hangs")
        return None
    seconds = time.monotonic() - start
    lines = [line for line in done.stderr.splitlines() if not line.startswith(("profiling:", "libgcov"))]
    counts[done.stderr.rpartition("reading it ended with ")[2].strip() if "reading it ended with" in done.stderr
           else f"status {done.returncode}"] += 1
    expect(done.returncode in (0, 1, 2, 3), f"{what}: exit status {done.returncode}: {done.stderr[-300:]}")
    expect(len(lines) == (done.returncode != 0), f"{what}: {len(lines)} lines: {done.stderr[:500]}")
    expect(seconds < SECONDS_MAX, f"{what}: {seconds:.1f} s")
    return done.returncode


def damage_one(number):
    rng = random.Random(f"{SEED} {number}")
    name, damage = rng.choice(WHOLE), rng.choice(DAMAGES)
    what = f"{damage.__name__} of {name}, seed {SEED}, number {number}"
    data = bytearray(CONTENTS[name])
    damage(rng, data)
    with tempfile.TemporaryDirectory(prefix="damaged-", dir=FOLDER.name) as folder:
        with open(os.path.join(folder, "damaged.h5"), "wb") as file:
            file.write(data)
        status = survive(f"info, {what}", folder, "info", "damaged.h5")
        if plotting and (number % PLOT_EVERY == 0 or (plots_more and status == 0)):
            survive(f"plot, {what}", folder, "plot", "damaged.h5", "-o", "x.png")
        left = [other for other in os.listdir(folder) if other != "damaged.h5" and not other.endswith(".png")]
        expect(not left, f"{what}: left behind: {left}")


plotting, plots_more = shutil.which("gnuplot"), FILES > 300
with concurrent.futures.ThreadPoolExecutor(4) as pool:  # some of them take the command's 10 s
    for done in [pool.submit(damage_one, number) for number in range(FILES)]:
        done.result()
print(f"{FILES} damaged files:", dict(counts))

# ---- HDF5 crashes, hangs, wants all memory
PRELOAD = {**ENVIRONMENT, "LD_PRELOAD": preloadable(MODULE)}
for how, error in (("crash", "signal 6 (Aborted)"), ("exit", "exit status 7"), ("memory", "signal 6 (Aborted)"),
                   ("nonsense", "an answer that makes no sense"), ("hang", "no progress for 10 s")):
    for words in (["info"], ["plot"]) if how == "crash" else (["info"],):
        start = time.monotonic()
        try:
            expect_run(3, *words, path("glass.h5"), env={**PRELOAD, "APMCT_TEST_H5FOPEN": how},
                       error=f"glass.h5: damaged, reading it ended with {error}")
        except subprocess.TimeoutExpired:
            expect(False, f"{how}: it hangs")
        expect(time.monotonic() - start < SECONDS_MAX, f"{how}: too slow")


# ---- signals while it hangs: both processes end at once
def children(process):
    with open(f"/proc/{process}/task/{process}/children") as file:
        return [int(word) for word in file.read().split()]


def is_running(process):
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def wait_for(condition, seconds):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    process = subprocess.Popen([COMMAND, "info", path("glass.h5")], env={**PRELOAD, "APMCT_TEST_H5FOPEN": "hang"},
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    expect(wait_for(lambda: children(process.pid), 5), "it reads in a process of its own")
    readers = children(process.pid)
    process.send_signal(number)
    expect(wait_for(lambda: process.poll() is not None, 1), f"{number.name}: it goes on")
    expect(wait_for(lambda: not any(map(is_running, readers)), 1), f"{number.name}: the process that reads goes on")
    process.kill()
    process.communicate()
    expect(process.returncode == -number, f"{number.name}: ended with {process.returncode}")

# ---- files that claim more than they have
module = ctypes.CDLL(MODULE)
module.add_claim.argtypes = [ctypes.c_char_p, ctypes.c_ulonglong, ctypes.c_ulonglong, ctypes.c_size_t]
for what, claim, error in (("12 GB, nothing there", (1500000000, 65536, 0), "some of its chunks are missing"),
                           ("12 GB, all chunks there", (1500000000, 100000000, 100), "it claims more values than"),
                           ("1 GB in one chunk", (125000000, 125000000, 500), "it claims more values than")):
    shutil.copy(path("glass.h5"), path("claim.h5"))
    expect(module.add_claim(os.fsencode(path("claim.h5")), *claim) == 0, f"{what}: made")
    expect(os.path.getsize(path("claim.h5")) < 200000, f"{what}: small")
    for words in (["info"], ["plot"]):
        start = time.monotonic()
        expect_run(3, *words, path("claim.h5"), error=f"claim.h5: dataset claim cannot be read: {error}")
        expect(time.monotonic() - start < SECONDS_MAX, f"{what}: too slow")

# ---- info needs no values: here they are no deflate stream at all
shutil.copy(path("glass.h5"), path("claim.h5"))
expect(module.add_claim(os.fsencode(path("claim.h5")), 1000000, 100000, 10000) == 0, "values that are none: made")
done = expect_run(0, "info", path("claim.h5"))
expect(re.search(r"claim +1000000\b", done.stdout), f"info tells the shape: {done.stdout}")
expect_run(3, "plot", path("claim.h5"), error="claim.h5: dataset claim cannot be read: its values are damaged")

# ---- a chunk of 3.2 GB for which the file is just large enough: more than the process that reads may take
if os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGESIZE") > 4e9:  # else there is not enough memory for it anyway
    shutil.copy(path("glass.h5"), path("claim.h5"))
    expect(module.add_claim(os.fsencode(path("claim.h5")), 400000000, 400000000, 4000000) == 0, "a large chunk: made")
    expect_run(0, "info", path("claim.h5"))
    expect_run(3, "plot", path("claim.h5"), env=ENVIRONMENT,
               error="claim.h5: damaged, reading it ended with no memory left of the 2.15 GB allowed for it")

most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
print(f"largest process: {most / 1e6:.0f} MB; failures: {len(failures)}")
expect(most < MEMORY_MAX, f"a process took {most / 1e9:.1f} GB")
finish()
