"""The only atomic write, and sha256."""

import errno
import hashlib
import os
import resource
import signal
import subprocess
import sys

import pytest

from kerasgen.files import WriteError, atomic_write, is_own, locked, make_folder, remove_unfinished, sha256, user_path


def test_a_file_is_replaced_at_the_end_and_nothing_stays_beside_it(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("before")
    with atomic_write(path) as beside:
        beside.write_text("after")
        assert path.read_text() == "before" and beside.name.endswith("a.txt") and beside.parent == tmp_path
    assert path.read_text() == "after"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_what_fails_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("before")
    with pytest.raises(RuntimeError, match="half"), atomic_write(path) as beside:
        beside.write_text("half")
        raise RuntimeError("half")
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_the_home_folder_of_a_path(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert user_path("~/a/b") == tmp_path / "a" / "b" and user_path("~") == tmp_path
    assert str(user_path("a~/~")) == os.path.join("a~", "~")
    with atomic_write(make_folder("~/a") / "b.txt") as beside:
        beside.write_text("written")
    assert (tmp_path / "a" / "b.txt").read_text() == "written"


def test_sha256(tmp_path):
    content = bytes(range(256)) * 10_000
    (tmp_path / "a").write_bytes(content)
    assert sha256(tmp_path / "a") == hashlib.sha256(content).hexdigest()


def test_what_the_system_refuses_is_told_by_path_and_reason(tmp_path):
    (tmp_path / "a.txt").write_text("before")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        message = r"needs space on the disk .* Received: .*a.txt \(File too large\)"
        with pytest.raises(WriteError, match=message) as found, atomic_write(tmp_path / "a.txt") as beside:
            beside.write_bytes(bytes(5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert found.value.errno == errno.EFBIG
    with (
        pytest.raises(WriteError, match=r"none/b.txt \(No such file or directory\)"),
        atomic_write(tmp_path / "none/b.txt") as b,
    ):
        b.write_text("b")
    with pytest.raises(WriteError, match=r"a.txt/c \(Not a directory\)"):
        make_folder(tmp_path / "a.txt" / "c")
    assert (tmp_path / "a.txt").read_text() == "before" and len(list(tmp_path.iterdir())) == 1


def test_what_the_block_reads_is_not_taken_for_what_it_writes(tmp_path):
    with pytest.raises(FileNotFoundError, match="missing"), atomic_write(tmp_path / "a.txt"):
        (tmp_path / "missing").read_text()


def test_what_a_killed_process_left_half_written_is_removed(tmp_path):
    code = "import os, sys; from kerasgen.files import atomic_write, make_folder\nwith atomic_write(sys.argv[1]) as b: "
    code += "b.write_text('half'); os.kill(os.getpid(), 9)"
    path = make_folder(tmp_path / "sub") / "a.txt"
    assert subprocess.run([sys.executable, "-c", code, str(path)]).returncode == -signal.SIGKILL
    (left,) = path.parent.iterdir()
    assert is_own(left) and not is_own(path)
    (tmp_path / ".hidden.txt").touch()
    remove_unfinished(tmp_path)
    assert sorted(each.name for each in tmp_path.rglob("*")) == [".hidden.txt", "sub"]


def test_a_folder_is_held_by_one_until_it_dies(tmp_path):
    code = "import sys; from pathlib import Path; from kerasgen.files import locked\nwith locked(Path(sys.argv[1])): "
    code += "print('held', flush=True); sys.stdin.read()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], **pipes) as other:
        assert other.stdout.readline() == "held\n"
        message = "one run at a time. Received: .*, in which another process trains"
        with pytest.raises(BlockingIOError, match=message), locked(tmp_path):
            pass
        other.kill()
    with locked(tmp_path):
        assert all(is_own(each) for each in tmp_path.iterdir())
        with pytest.raises(BlockingIOError), locked(tmp_path):
            pass
    with locked(tmp_path):
        pass


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="mounts a file system")
def test_a_full_disk_is_told_and_leaves_nothing(small_disk):
    (small_disk / "a.txt").write_text("before")
    with pytest.raises(WriteError, match=r"a.txt \(No space left on device\)"), atomic_write(small_disk / "a.txt") as beside:
        beside.write_bytes(bytes(2 << 20))
    assert [path.name for path in small_disk.iterdir()] == ["a.txt"] and (small_disk / "a.txt").read_text() == "before"


@pytest.fixture
def small_disk(tmp_path):
    """A file system of one MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"mount: {made.stderr}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)
