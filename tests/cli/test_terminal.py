"""The command in any terminal, or none: it prints, and no mistake is a traceback."""

import json
import os
import pty
import signal
import subprocess
import sys
import time

import pytest
from helpers import ANY_BACKEND

import kerasgen
from kerasgen.cli.terminal import waiting

pytestmark = ANY_BACKEND

# Several commands in one process, which takes as long to start as a command takes: their exit codes are its last line.
COMMANDS = """
import sys
from kerasgen import cli

codes = []
wrong = ["sample", "nothing", "-o", sys.argv.pop()]
for words in (["list"], ["list", "--json"], ["show", "dcgan_portraits"], ["train", "--help"], wrong):
    sys.argv[1:] = words
    try:
        cli.main()
    except SystemExit as done:
        codes.append(done.code)
sys.exit(int(codes != [0, 0, 0, 0, 2]))
"""
WRONG = "[red]caf\u00e9\x1b[2J\u2603"


def python(code, *arguments, shell="", **options):
    """Runs a program in a new process; `shell` is what a shell adds to its command, as "2>&-"."""
    command = [sys.executable, "-c", code, *arguments]
    if shell:
        command = ["sh", "-c", f'exec "$@" {shell}', "sh", *command]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.run(command, text=True, encoding="utf-8", errors="strict", check=False, **streams)


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii", "COLUMNS": "0"},
        {"COLUMNS": "20", "NO_COLOR": "1"},
        {"COLUMNS": "wide", "TERM": "dumb", "FORCE_COLOR": "1"},
        {"PYTHONIOENCODING": "utf-8"},
    ],
    ids=lambda environment: " ".join(f"{name}={value}" for name, value in environment.items()),
)
def test_every_terminal_is_printed_to(environment):
    done = python(COMMANDS, WRONG, env={**os.environ, **environment})
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("error: The output must end in") and done.stderr.count("\n") == 1
    assert "[red]" in done.stderr and "\x1b" not in done.stderr.replace("\x1b[31m", "").replace("\x1b[0m", "")
    listed = done.stdout[done.stdout.index("[\n") :]
    assert [each["name"] for each in json.JSONDecoder().raw_decode(listed)[0]] == kerasgen.list_presets()
    ascii_only = "LC_ALL" in environment or environment.get("PYTHONIOENCODING") == "ascii"
    assert done.stderr.isascii() == done.stdout.isascii() == ascii_only
    assert ("caf?" if ascii_only else "caf\u00e9\ufffd[2J\u2603") in done.stderr


@pytest.mark.parametrize("closed", ["2>&-", ">&-", ">&- 2>&- <&-"])
def test_a_closed_stream_leads_nowhere(closed, tmp_path):
    done = python(COMMANDS, WRONG, shell=closed)
    assert done.returncode == 0
    assert bool(done.stdout) == (closed == "2>&-") and bool(done.stderr) == (closed == ">&-")
    code = """
import sys
from kerasgen.cli import terminal

with open(sys.argv[1], "w") as file:
    file.write(str(file.fileno()))
"""
    assert python(code, str(tmp_path / "number"), shell=closed).returncode == 0
    assert int((tmp_path / "number").read_text()) > 2  # what native code writes to a closed stream would be in this file


def test_output_that_nobody_reads_is_no_mistake():
    reading, writing = os.pipe()
    os.close(reading)
    done = python("from kerasgen.cli import main; main()", "list", stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
def test_output_on_a_full_disk_is_one_line():
    with open("/dev/full", "w") as full:
        done = python("from kerasgen.cli import main; main()", "list", stdout=full)
    assert done.returncode == 2 and "No space left" in done.stderr
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1


def shown(code):
    """What a program shows on a terminal, and its other output."""
    terminal, end = pty.openpty()
    done = python(code, stderr=end, env={**os.environ, "TERM": "xterm", "COLUMNS": "80"})
    os.close(end)
    chunks = []
    try:
        while chunk := os.read(terminal, 65536):
            chunks.append(chunk)
    except OSError:  # Linux tells the end so
        pass
    os.close(terminal)
    return b"".join(chunks).decode(), done.stdout


def test_what_takes_a_while_is_shown_on_a_terminal_alone():
    code = """
import sys
from kerasgen.cli.options import say, waiting
from kerasgen.runtime.quiet import quiet_stderr

streams = sys.stdout, sys.stderr
with waiting("loading [red]x\\x1b[2J"), quiet_stderr():
    kept = sys.stdout, sys.stderr  # by a package that is imported
assert kept == streams
say("done")
"""
    line, output = shown(code)
    assert "loading [red]x\ufffd[2J ..." in line and line.endswith("\x1b[2K")  # the line is gone at the end
    assert output == "done\n"
    silent = python(code)
    assert (silent.stdout, silent.stderr) == ("done\n", "")


def test_an_interrupted_command_is_one_line(run, monkeypatch):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("kerasgen.presets.catalog.list_presets", interrupted)
    result = run("list")
    assert (result.returncode, result.out, result.err) == (130, "", "error: interrupted\n")


@pytest.mark.parametrize("turned", [None, ImportError("of native code")])
def test_an_interrupt_that_is_lost_in_an_import_ends_what_is_waited_for(turned):
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), waiting("loading"):
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(10)
        except KeyboardInterrupt:
            if turned:
                raise turned from None
    assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(ImportError, match="missing"), waiting("loading"):
        raise ImportError("missing")


def test_debug_shows_where_a_mistake_was_found(run):
    plain, debug = run("show", "nothing"), run("show", "nothing", "--debug")
    assert "Traceback" not in plain.err and "Traceback" in debug.err
    assert debug.returncode == 2 and debug.err.endswith(plain.err)
