"""Result files: written whole or not at all; info and figures from them; full disks, signals."""
import sys

sys.dont_write_bytecode = True  # support.py is imported from the source folder
import fcntl
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import time
import zlib

from support import COMMAND, FOLDER, expect, expect_run, failures, finish, path, run, run_json, write


def remove(name):
    if os.path.isdir(path(name)) and not os.path.islink(path(name)):
        os.rmdir(path(name))
    elif os.path.lexists(path(name)):
        os.unlink(path(name))


# ---- result files
done = expect_run(0, "statics", "-o", path("s.h5"))
expect("written to" in done.stdout and os.path.exists(path("s.h5")), "statics -o")

# ---- leftovers of killed runs: those that nobody has locked are deleted, nobody else's file is
HERE = zlib.crc32((socket.gethostname() + os.readlink("/proc/self/ns/pid")).encode())
left = f"s.h5.{HERE:08x}-{1:016x}.part"
others = {f"s.h5.{HERE:08x}-{2:016x}.part": "a living writer", f"s.h5.{HERE ^ 1:08x}-{3:016x}.part": "another machine",
          f"s.h5.{HERE:08x}-4.part": "somebody", "s.h5.part": "somebody with a name of old",
          f"t.h5.{HERE:08x}-{5:016x}.part": "another result"}
for name in (left, *others):
    write(name, "cut off")
write("victim", "untouched")
links = {f"s.h5.{HERE:08x}-{6:016x}.part": os.symlink, f"s.h5.{HERE:08x}-{7:016x}.part": os.link}
for name, make in links.items():
    make(path("victim"), path(name))
os.mkfifo(path(f"s.h5.{HERE:08x}-{8:016x}.part"))
others[f"s.h5.{HERE:08x}-{8:016x}.part"] = "a pipe"
if os.geteuid() == 0:
    others[f"s.h5.{HERE:08x}-{9:016x}.part"] = "another user"
    os.chown(write(f"s.h5.{HERE:08x}-{9:016x}.part", "theirs"), 12345, -1)
with open(path(next(iter(others)))) as living:
    fcntl.flock(living, fcntl.LOCK_SH)
    expect_run(0, "statics", "-o", path("s.h5"), "--quiet")
expect(not os.path.exists(path(left)), "what a killed run has left is deleted")
for name, of in others.items():
    expect(os.path.exists(path(name)), f"what belongs to {of} is not")
    os.unlink(path(name))
expect(os.path.islink(path(next(iter(links)))), "a symbolic link is no leftover")
with open(path("victim")) as file:
    expect(file.read() == "untouched", "where links lead to nothing is changed")
for name in (*links, "victim"):
    remove(name)

# ---- what somebody has put there before: names of old, links, pipes, files of others; permissions
EVOLVE = ("evolve", "--set", "mixture.packing_fraction=0.4", "--set", "grid.points=20", "--set", "grid.spacing=0.8",
          "--set", "time.until=1", "--quiet", "-o", path("e.h5"))
os.mkdir(path("far"))
write("far/victim", "untouched")
os.symlink(path("far/victim"), path("e.h5.part"))
expect_run(0, *EVOLVE)
remove("e.h5.part")
os.mkfifo(path("e.h5.part"))
expect_run(0, *EVOLVE)
remove("e.h5.part")
for what, make in (("a symbolic link", lambda name: os.symlink(path("far/victim"), name)),
                   ("a symbolic link", lambda name: os.symlink(path("far/none"), name)),
                   ("no plain file", os.mkfifo), ("no plain file", os.mkdir),
                   ("a file of another user", lambda name: os.chown(write("e.h5.journal", ""), 12345, -1))):
    if "another" in what and os.geteuid() != 0:
        continue
    make(path("e.h5.journal"))
    for more in ((), ("--resume",)):
        expect_run(3, *EVOLVE, *more, error=f"e.h5.journal: not a journal of yours: it is {what}")
    remove("e.h5.journal")
with open(path("far/victim")) as file:
    expect(file.read() == "untouched", "no link leads our writing elsewhere")
expect(os.listdir(path("far")) == ["victim"], "nothing is created where a link leads to nothing")
os.chmod(path("e.h5"), 0o640)
os.umask(0o077)
expect_run(0, *EVOLVE)
expect(os.stat(path("e.h5")).st_mode & 0o777 == 0o640, "a file that is replaced keeps its permissions")
expect_run(0, "statics", "--quiet", "-o", path("private.h5"))
expect(os.stat(path("private.h5")).st_mode & 0o777 == 0o600, "a new file has those of the umask")
os.umask(0o022)
os.symlink("far/new.h5", path("dangling.h5"))
expect_run(0, "statics", "--quiet", "-o", path("dangling.h5"))
expect(os.path.islink(path("dangling.h5")) and os.path.exists(path("far/new.h5")), "the user's own link is followed")
os.symlink("loop.h5", path("loop.h5"))
expect_run(3, "statics", "-o", path("loop.h5"), error="loop.h5: cannot be written")
if os.geteuid() == 0:
    os.mkdir(path("sticky"))
    os.chmod(path("sticky"), 0o1777)
    os.symlink(path("far/victim"), path("sticky/s.h5"))
    os.chown(path("sticky/s.h5"), 12345, -1, follow_symlinks=False)
    expect_run(3, "statics", "-o", path("sticky/s.h5"), error="s.h5: cannot be written")
shutil.rmtree(path("far"))

# ---- what a file holds
for number, activity in enumerate((1, 1.02, 1.04)):
    expect_run(0, "glass", "--set", f"mixture.species.0.activity={activity}", "-o", path(f"g{number}.h5"), "--quiet")
expect_run(0, "glass", "--set", f"output.file={path('again.h5')}", "--set", "mixture.species.0.activity=1",
           "--threads", "1", "--quiet")
if shutil.which("h5diff"):
    difference = subprocess.run(["h5diff", "-c", path("g0.h5"), path("again.h5")])
    expect(difference.returncode == 0, "equal runs, equal content")
done = expect_run(0, "info", path("g1.h5"))
for word in ("glass", "nonergodicity", "100 x 2 x 2", "packing_fraction: 0.524", "activity: 1.02"):
    expect(word in done.stdout, f"info FILE says {word}")
done = run_json(0, "info", path("g1.h5"))
expect(done["file_command"] == "glass" and done["state"] == "glass", "info FILE --json")
expect({"name": "nonergodicity", "shape": [100, 2, 2]}.items() <=
       [row for row in done["datasets"] if row["name"] == "nonergodicity"][0].items(), "datasets with shapes")
expect(done["config"]["mixture"]["species"][0]["activity"] == 1.02, "config of the file")
expect(run("info", path("g1.h5"), "--quiet").stdout == "", "info --quiet")
expect_run(3, "info", path("none.h5"), error="No such file")
expect_run(3, "info", write("text.h5", "k S"), error="not HDF5 at all")
with open(path("g1.h5"), "rb") as file:
    whole = file.read()
with open(path("cut.h5"), "wb") as file:
    file.write(whole[:len(whole) // 2])
expect_run(3, "info", path("cut.h5"), error="cut.h5: not a result file")

# ---- what cannot be written is told before anything is computed
for name, error in (("/no/such/folder/x.h5", "No such file"), (FOLDER.name, "folder"), ("/dev/full", "device")):
    expect_run(3, "glass", "-o", name, error=error)
expect(run_json(3, "glass", "-o", "/dev/full")["status"] == "file", "JSON of a file error")
with open("/dev/full", "w") as full:
    expect_run(3, "glass", stdout=full, error="standard output: cannot be written")
    expect_run(3, "glass", "--json", stdout=full, error="standard output: cannot be written")
    expect_run(3, "--help", stdout=full, error="standard output: cannot be written")


def small_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


# a coverage build must not spoil its counts by the limit
limited = {"preexec_fn": small_files, "env": {**os.environ, "GCOV_PREFIX": "/dev/null/none"}}
before = sorted(os.listdir(FOLDER.name))
expect_run(3, "glass", "-o", path("big.h5"), **limited, error="big.h5: cannot be written: File too large")
expect_run(3, "glass", "-o", path("g1.h5"), **limited, error="g1.h5: cannot be written")
expect(sorted(os.listdir(FOLDER.name)) == before, "nothing half-written is left")
with open(path("g1.h5"), "rb") as file:
    expect(file.read() == whole, "the old file is untouched")

# ---- figures
if shutil.which("gnuplot"):
    graphs = [path(f"g{number}.h5") for number in range(3)]
    for suffix, start in ((".pdf", b"%PDF"), (".png", b"\x89PNG"), (".svg", b"<?xml")):
        expect_run(0, "plot", *graphs, "--figure", "nonergodicity", "-o", path("f" + suffix))
        with open(path("f" + suffix), "rb") as file:
            expect(file.read().startswith(start), f"a figure that is {suffix}")
    done = expect_run(0, "plot", *graphs, "-o", path("all.png"))
    expect("all-structure-factor.png" in done.stdout and "all-nonergodicity.png" in done.stdout, "both figures")
    expect(os.path.getsize(path("all-nonergodicity.png")) > 10000, "a figure with something in it")
    expect_run(0, "plot", path("s.h5"), "-o", path("one.svg"))
    with open(path("one.svg"), encoding="utf8") as file:
        svg = file.read()
    expect("active–active, passive–passive" in svg.replace("</tspan>", ""), "curves that coincide share a legend")
    with open(path("f.svg"), encoding="utf8") as file:
        svg = file.read()
    expect("1.02" in svg and "passive" in svg and "wave number" in svg, "labels")
    odd = path("odd'na_me.svg")
    expect_run(0, "statics", "--set", "mixture.species.0.name=it's_{a}^b@&~\\", "-o", path("odd.h5"), "--quiet")
    expect_run(0, "plot", path("odd.h5"), path("g0.h5"), "--figure", "structure-factor", "-o", odd, "--quiet")
    expect_run(0, "plot", path("odd.h5"), "-o", odd, "--quiet")
    expect(os.path.exists(odd), "an odd name")
    expect_run(0, "glass", "--set", "mixture.packing_fraction=0.4", "-o", path("fluid.h5"), "--quiet")
    expect_run(0, "glass", "--set", "mixture.species=[{name: a}]", "-o", path("single.h5"), "--quiet")
    expect_run(0, "plot", path("fluid.h5"), path("single.h5"), path("g0.h5"), "-o", path("mixed.svg"), "--quiet")
    with open(path("mixed-nonergodicity.svg"), encoding="utf8") as file:
        expect("(fluid)" in file.read(), "a fluid is named")
    expect_run(0, "statics", "-o", path("m4.h5"), "--quiet", "--set",
               "mixture.species=[{name: a, fraction: 0.1}, {name: b, fraction: 0.2}, {name: c, fraction: 0.3}, "
               "{name: d, fraction: rest}]")
    expect_run(0, "plot", path("m4.h5"), "-o", path("m4.pdf"), "--quiet")
    expect(run_json(0, "plot", path("g0.h5"), "-o", path("j.png"))["figures"][0]["figure"] == "structure-factor",
           "plot --json")
    for suffix in ("png", "svg", "pdf"):
        expect_run(3, "plot", *graphs, "--figure", "structure-factor", "-o", path("big." + suffix),
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)), env=limited["env"],
                   error="big." + suffix)
        expect(not os.path.exists(path("big." + suffix)), "no half figure")
    # what the user likes gnuplot to do is not ours
    with open(path(".gnuplot"), "w") as file:
        file.write("set title 'mine'\nset terminal dumb\n")
    expect_run(0, "plot", path("s.h5"), "-o", path("home.svg"), env={**os.environ, "HOME": FOLDER.name})
    with open(path("home.svg"), encoding="utf8") as file:
        expect("mine" not in file.read(), "~/.gnuplot is not read")
    # a link stays one, what it points to is replaced
    os.mkdir(path("far"))
    write("far/figure.svg", "old")
    os.symlink(path("far/figure.svg"), path("link.svg"))
    expect_run(0, "plot", path("s.h5"), "-o", path("link.svg"), "--quiet")
    expect(os.path.islink(path("link.svg")) and os.path.getsize(path("far/figure.svg")) > 1000, "a link is followed")
    expect(os.listdir(path("far")) == ["figure.svg"], "nothing else beside the target of a link")
    # ten files, ten colours
    tens = [path(f"t{number}.h5") for number in range(10)]
    for number, name in enumerate(tens):
        expect_run(0, "glass", "--set", f"mixture.packing_fraction={0.52 + 0.01 * number}", "-o", name, "--quiet")
    expect_run(0, "plot", *tens, "-o", path("ten.svg"), "--quiet")
    for figure in ("structure-factor", "nonergodicity"):
        with open(path(f"ten-{figure}.svg"), encoding="utf8") as file:
            colours = set(re.findall(r"stroke='(rgb\([^)]*\))'", file.read()))
        expect(len(colours) >= 10, f"{figure} of ten files: {len(colours)} colours")
    fake = path("bin")
    os.mkdir(fake)
    with open(os.path.join(fake, "gnuplot"), "w") as file:
        file.write("#!/bin/sh\necho 'line 3: it is broken' >&2\nexit 1\n")
    os.chmod(os.path.join(fake, "gnuplot"), 0o755)
    expect_run(3, "plot", path("s.h5"), "-o", path("x.png"), env={**os.environ, "PATH": fake + ":/bin:/usr/bin"},
               error="x.png: gnuplot failed: line 3: it is broken")
done = expect_run(0, "plot", path("g0.h5"))
expect("nonergodicity" in done.stdout and "-o" in done.stdout, "plot without -o lists the figures")
done = expect_run(0, "plot", path("g0.h5"), "--figure", "nonergodicity")
expect("structure-factor" not in done.stdout, "plot --figure without -o")
expect_run(3, "plot", path("s.h5"), "-o", path("x.png"), env={**os.environ, "PATH": "/nowhere"},
           error="gnuplot is not installed")
expect_run(3, "plot", path("s.h5"), "--figure", "nonergodicity", "-o", path("x.pdf"),
           error="s.h5: a result of apmct statics; figure nonergodicity needs one of apmct glass")
expect_run(3, "plot", path("s.h5"), path("text.h5"), "-o", path("x.pdf"), error="text.h5: not a result file")
expect_run(3, "plot", path("s.h5"), "-o", "/no/such/folder/x.pdf", error="No such file")
expect_run(2, "plot", "-o", path("x.pdf"), error="no file")
expect_run(2, "plot", path("s.h5"), "-o", path("x.gif"), error="must end in .pdf, .png or .svg")
expect_run(2, "plot", path("s.h5"), "-o", path("x"), error="must end in .pdf, .png or .svg")
expect_run(2, "plot", path("s.h5"), "--figure", "S", error="must be one of structure-factor, nonergodicity")
expect(not os.path.exists(path("x.png")) and not os.path.exists(path("x.pdf")), "no figure after an error")

# ---- Ctrl-C: a run of many seconds on any machine; it says so and leaves nothing
for signals, name in (((signal.SIGINT,), "SIGINT"), ((signal.SIGTERM,), "SIGTERM"),
                      ((signal.SIGINT, signal.SIGINT), "SIGINT twice at once, as timeout(1) does it")):
    process = subprocess.Popen([COMMAND, "glass", "--threads", "1", "--kernel", "factorized",
                                "--set", "grid.points=20000", "--set", "grid.spacing=0.01", "-o",
                                path("interrupted.h5")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(1)
    expect(process.poll() is None, f"{name}: the run has ended before the signal")
    for number in signals:
        process.send_signal(number)
        time.sleep(0.05)
    output, error = process.communicate(timeout=100)
    expect(process.returncode == 1 and "interrupted" in error, f"{name}: {process.returncode}, {error}")
    expect(output == "" and not os.path.exists(path("interrupted.h5")), f"{name}: nothing is written")
finish()
