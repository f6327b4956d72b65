"""The processes of a run hold a line to the first one, so that each knows when another ends."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import queue
import socket
import sys
import threading
import time
from collections.abc import Iterator

from kerasgen.training.cluster import Cluster

JOIN = 300.0  # seconds that processes wait for one another at the start
GRACE = 5.0  # seconds from the loss of a process to the end of the others
LONGEST = 65_536  # bytes of a message
KEEPALIVE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 4, "TCP_USER_TIMEOUT": 30_000}  # a machine that is gone
OWN_ERRORS = (ArithmeticError, ValueError, OSError, ImportError, MemoryError)  # not of the engines


class ProcessLost(ConnectionError):
    """Another process of the run has ended."""


class Processes:
    """The processes of a run, joined; `exchange` is all that they tell one another here, the engines do the rest.

    A process that ends takes the others with it: they raise `ProcessLost`, or end within `GRACE` seconds where they wait in an
    engine for what will never come.

    Args:
        cluster: where they are.
        wait: seconds in which all must come.

    Attributes:
        addresses: "HOST:PORT" of each, at a free port for the engine.

    Raises ValueError for an address that is not this machine's and a rank that two have, TimeoutError where some do not come.
    """

    def __init__(self, cluster: Cluster, wait: float = JOIN) -> None:
        self.count, self.rank = cluster.processes, cluster.rank
        self._lost = threading.Event()
        self._reason = ""
        self._finished = self._told = False
        self._replies: dict[int, queue.Queue[object]] = {}
        lines = _accept(cluster, wait) if self.rank == 0 else {0: _connect(cluster, wait)}
        self._lines = lines
        for peer, line in lines.items():
            self._replies[peer] = queue.Queue()
            threading.Thread(target=self._listen, args=(peer, line), daemon=True).start()
        atexit.register(self._leave)
        host = cluster.host if self.rank == 0 else lines[0].getsockname()[0]
        self.addresses = [str(each) for each in self.exchange(_free_address(host), wait)]

    def exchange(self, value: object, wait: float | None = None) -> list[object]:
        """Gives every process the values of all, by their ranks; waits for them. Raises ProcessLost if one ends before."""
        if self.rank == 0:
            values = [value, *(self._next(peer, wait) for peer in range(1, self.count))]
            for line in self._lines.values():
                _send(line, {"values": values})
            return values
        _send(self._lines[0], {"value": value})
        found = self._next(0, wait)
        assert isinstance(found, list)
        return found

    def check_equal(self, what: str, value: object) -> None:
        """Raises ValueError in every process unless all have the same value."""
        values = self.exchange(value)
        if any(each != values[0] for each in values):
            odd = next(rank for rank, each in enumerate(values) if each != values[0])
            raise ValueError(
                f"All processes of a run must have the same {what}. Received: {values[0]} in process 0, {values[odd]} in "
                f"process {odd}."
            )

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Raises ProcessLost for what an engine raises when another process is lost, and tells the others of own errors."""
        try:
            yield
        except ProcessLost:
            self._told = True
            raise
        except BaseException as error:
            engine = isinstance(error, Exception) and not isinstance(error, OWN_ERRORS)
            if engine and self._lost.wait(GRACE):
                self._told = True
                raise ProcessLost(self._reason) from None
            if not self._lost.is_set():
                self._tell({"failed": " ".join(str(error).split())[:500] or type(error).__name__})
            self._told = True
            raise

    def finish(self) -> None:
        """Waits until all are done; from then on they may end."""
        self.exchange("done")
        self._finished = True

    def _listen(self, peer: int, line: socket.socket) -> None:
        reason = "its connection ended"
        with contextlib.suppress(OSError, ValueError), line.makefile("rb") as file:
            while text := file.readline(LONGEST):
                message = json.loads(text)
                if "failed" in message:
                    reason = str(message["failed"])
                    peer = int(message.get("process", peer))
                    break
                self._replies[peer].put(message.get("values", message.get("value")))
        self._end(peer, reason)

    def _end(self, peer: int, reason: str) -> None:
        """Ends this process, as another did: the main thread has a while to do it with an error of its own."""
        if self._finished or self._lost.is_set():
            return
        self._reason = (
            "All processes of a run must live until its end; the same commands go on from its last checkpoint. "
            f"Received: process {peer} of {self.count} ended ({reason})."
        )
        self._lost.set()
        for replies in self._replies.values():
            replies.put(ProcessLost(self._reason))
        if self.rank == 0:
            self._tell({"failed": reason, "process": peer})
        time.sleep(GRACE)
        if not self._told:
            print(f"error: {self._reason}", file=sys.stderr, flush=True)
        os._exit(2)

    def _leave(self) -> None:
        """Ends a process that lost another at once: engines wait for it before they let go."""
        if self._lost.is_set() and not self._finished:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(2)

    def _tell(self, message: dict[str, object]) -> None:
        for line in self._lines.values():
            with contextlib.suppress(OSError):
                _send(line, message)

    def _next(self, peer: int, wait: float | None) -> object:
        try:
            found = self._replies[peer].get(timeout=wait)
        except queue.Empty:
            raise TimeoutError(f"A process must answer within {wait:.0f} s. Received: nothing from process {peer}.") from None
        if isinstance(found, ProcessLost):
            raise found
        return found


def _accept(cluster: Cluster, wait: float) -> dict[int, socket.socket]:
    """Waits at the coordinator's address until every other process has come."""
    try:
        listener = socket.create_server((cluster.host, cluster.port), family=_family(cluster.host))
    except OSError as error:
        raise ValueError(
            "`coordinator` must be an address of the machine of process 0, at a free port. "
            f"Received: {cluster.host}:{cluster.port} ({error.strerror or error})."
        ) from None
    lines: dict[int, socket.socket] = {}
    end = time.monotonic() + wait
    with listener:
        while len(lines) < cluster.processes - 1:
            listener.settimeout(max(0.0, end - time.monotonic()) or 1e-3)
            try:
                line, _ = listener.accept()
            except TimeoutError:
                for line in lines.values():
                    line.close()
                raise TimeoutError(
                    f"All processes of a run must start within {wait:.0f} s of one another. "
                    f"Received: {len(lines) + 1} of {cluster.processes} at {cluster.host}:{cluster.port}."
                ) from None
            rank = _greeted(line, cluster.processes)
            if rank is None or rank in lines:
                with contextlib.suppress(OSError):
                    _send(line, {"refused": rank})
                line.close()
                continue
            lines[rank] = line
    for line in lines.values():
        _send(line, {"joined": cluster.processes})
    return lines


def _connect(cluster: Cluster, wait: float) -> socket.socket:
    """Finds process 0, which may begin later, and waits until it has all."""
    end = time.monotonic() + wait
    where = f"{cluster.host}:{cluster.port}"
    while True:
        try:
            line = socket.create_connection((cluster.host, cluster.port), timeout=max(1.0, end - time.monotonic()))
            break
        except OSError as error:
            if time.monotonic() >= end:
                raise TimeoutError(
                    f"Process 0 must start within {wait:.0f} s of the others. Received: {where} ({error.strerror or error})."
                ) from None
            time.sleep(0.2)
    try:
        _prepare(line)
        line.settimeout(wait + GRACE)
        _send(line, {"kerasgen": cluster.rank, "of": cluster.processes})
        reply = json.loads(_line_of(line))
    except (OSError, ValueError):
        line.close()
        raise TimeoutError(f"All processes of a run must start within {wait:.0f} s. Received: no answer of {where}.") from None
    if "refused" in reply:
        line.close()
        raise ValueError(
            "Each process needs a rank of its own, and all the same number of processes. "
            f"Received: rank {cluster.rank} of {cluster.processes}, refused by process 0."
        )
    line.settimeout(None)
    return line


def _greeted(line: socket.socket, processes: int) -> int | None:
    """The rank that a process tells; None for what is none of this run."""
    _prepare(line)
    line.settimeout(10.0)
    try:
        message = json.loads(_line_of(line))
        rank = message["kerasgen"]
        good = isinstance(rank, int) and 0 < rank < processes and message["of"] == processes
    except (OSError, ValueError, KeyError, TypeError):
        return None
    line.settimeout(None)
    return rank if good else None


def _line_of(line: socket.socket) -> bytes:
    """Reads one short message, and nothing beyond it."""
    text = b""
    while not text.endswith(b"\n") and len(text) < 200:
        part = line.recv(1)
        if not part:
            break
        text += part
    return text


def _prepare(line: socket.socket) -> None:
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE.items():
        if hasattr(socket, name):  # Linux; others keep their defaults
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _send(line: socket.socket, message: dict[str, object]) -> None:
    line.sendall(json.dumps(message).encode() + b"\n")


def _free_address(host: str) -> str:
    with socket.create_server((host, 0), family=_family(host)) as server:
        port = server.getsockname()[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
