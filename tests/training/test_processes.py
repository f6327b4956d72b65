"""Processes find one another, and end together."""

import multiprocessing
import os
import signal
import socket
import sys
import time

import pytest
from helpers import ANY_BACKEND

from kerasgen.training import processes
from kerasgen.training.cluster import Cluster
from kerasgen.training.processes import Processes, ProcessLost

pytestmark = [ANY_BACKEND, pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")]
HOST = "127.0.0.1"


@pytest.fixture
def port():
    with socket.create_server((HOST, 0)) as server:
        return server.getsockname()[1]


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Starts `function(cluster)` in a process; what it prints as an error is in `tmp_path / <rank>`."""
    monkeypatch.setattr(processes, "GRACE", 0.5)
    started = []

    def body(function, cluster):
        sys.stderr = open(tmp_path / str(cluster.rank), "w")  # noqa: SIM115
        try:
            function(cluster)
        except Exception as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
            sys.exit(2)

    def run(function, *cluster):
        each = multiprocessing.get_context("fork").Process(target=body, args=(function, Cluster(HOST, *cluster)), daemon=True)
        each.start()
        started.append(each)
        return each

    yield run
    for each in started:
        each.kill()


def ended(process):
    process.join(20)
    return process.exitcode


def test_all_know_the_values_of_all(port, start, tmp_path):
    def work(cluster):
        group = Processes(cluster)
        assert len(set(group.addresses)) == 3 and all(each.startswith(HOST) for each in group.addresses)
        assert group.exchange(cluster.rank * 10) == [0, 10, 20]
        group.check_equal("color", "red")
        if cluster.rank == 0:
            time.sleep(0.3)  # it writes
        group.finish()

    assert [ended(each) for each in [start(work, port, 3, rank) for rank in (2, 0, 1)]] == [0, 0, 0]

    def differing(cluster):
        Processes(cluster).check_equal("color", "blue" if cluster.rank else "red")

    assert [ended(each) for each in [start(differing, port, 2, rank) for rank in (0, 1)]] == [2, 2]
    assert "must have the same color. Received: red in process 0, blue in process 1." in (tmp_path / "0").read_text("utf-8")


def test_one_that_is_killed_ends_the_others(port, start, tmp_path):
    def stuck(cluster):
        group = Processes(cluster)
        (tmp_path / f"joined{cluster.rank}").touch()
        with group.watched():
            if cluster.rank == 1:
                group.exchange("waits for what never comes")
            time.sleep(60)  # in an engine that waits for the others

    group = [start(stuck, port, 3, rank) for rank in range(3)]
    while len(list(tmp_path.glob("joined*"))) < 3:
        time.sleep(0.05)
    os.kill(group[2].pid, signal.SIGKILL)
    began = time.monotonic()
    assert [ended(each) for each in group] == [2, 2, -signal.SIGKILL]
    assert time.monotonic() - began < 10
    for rank in (0, 1):
        (line,) = (tmp_path / str(rank)).read_text("utf-8").splitlines()
        assert "the same commands go on from its last checkpoint. Received: process 2 of 3 ended" in line


def test_an_error_of_one_is_told_by_all(port, start, tmp_path):
    def work(cluster):
        group = Processes(cluster)
        with group.watched():
            if cluster.rank == 1:
                raise FloatingPointError("not finite")
            time.sleep(0.2)
            raise RuntimeError("collective: peer is gone")  # of an engine

    assert [ended(each) for each in [start(work, port, 2, rank) for rank in (0, 1)]] == [2, 2]
    assert (tmp_path / "1").read_text("utf-8") == "FloatingPointError: not finite\n"
    assert "ProcessLost: " in (found := (tmp_path / "0").read_text("utf-8")) and "process 1 of 2 ended (not finite)" in found


def test_what_does_not_fit_is_refused(port, start, tmp_path):
    with pytest.raises(TimeoutError, match=f"within 0 s of one another. Received: 1 of 2 at {HOST}:{port}"):
        Processes(Cluster(HOST, port, 2, 0), wait=0.1)
    with pytest.raises(TimeoutError, match="Process 0 must start"):
        Processes(Cluster(HOST, port, 2, 1), wait=0.1)
    with pytest.raises(ValueError, match="`coordinator` must be an address of the machine of process 0"):
        Processes(Cluster("192.0.2.1", port, 2, 0), wait=0.1)
    first = start(lambda cluster: Processes(cluster).finish(), port, 2, 0)
    with pytest.raises(ValueError, match="Received: rank 1 of 3, refused by process 0"):
        Processes(Cluster(HOST, port, 3, 1))
    with socket.create_connection((HOST, port)) as stranger:
        stranger.sendall(b"GET / HTTP/1.1\r\n\r\n")
    assert ended(start(lambda cluster: Processes(cluster).finish(), port, 2, 1)) == 0
    assert ended(first) == 0


def test_the_loss_of_a_process_is_an_os_error():
    assert issubclass(ProcessLost, OSError)  # one line on the command line
