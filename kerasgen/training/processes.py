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

from kerasgen.errors import reason
from kerasgen.training.cluster import Cluster
from kerasgen.training.joining import GRACE, accept, connect, free_address, send

JOIN = 300.0  # seconds that processes wait for one another at the start
LONGEST = 65_536  # bytes of a message
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
        lines = accept(cluster, wait) if self.rank == 0 else {0: connect(cluster, wait)}
        self._lines = lines
        for peer, line in lines.items():
            self._replies[peer] = queue.Queue()
            threading.Thread(target=self._listen, args=(peer, line), daemon=True).start()
        atexit.register(self._leave)
        host = cluster.host if self.rank == 0 else lines[0].getsockname()[0]
        self.addresses = [str(each) for each in self.exchange(free_address(host), wait)]

    def exchange(self, value: object, wait: float | None = None) -> list[object]:
        """Gives every process the values of all, by their ranks; waits for them. Raises ProcessLost if one ends before."""
        if self.rank == 0:
            values = [value, *(self._next(peer, wait) for peer in range(1, self.count))]
            for line in self._lines.values():
                send(line, {"values": values})
            return values
        send(self._lines[0], {"value": value})
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
                self._tell({"failed": reason(error)})
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
                send(line, message)

    def _next(self, peer: int, wait: float | None) -> object:
        try:
            found = self._replies[peer].get(timeout=wait)
        except queue.Empty:
            raise TimeoutError(f"A process must answer within {wait:.0f} s. Received: nothing from process {peer}.") from None
        if isinstance(found, ProcessLost):
            raise found
        return found
