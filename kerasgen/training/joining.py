"""How the processes of a run find one another: sockets, and messages of one line of JSON."""

from __future__ import annotations

import contextlib
import json
import socket
import time

from kerasgen.training.cluster import Cluster

GRACE = 5.0  # seconds from the loss of a process to the end of the others
KEEPALIVE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 4, "TCP_USER_TIMEOUT": 30_000}  # a machine that is gone


def accept(cluster: Cluster, wait: float) -> dict[int, socket.socket]:
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
                    send(line, {"refused": rank})
                line.close()
                continue
            lines[rank] = line
    for line in lines.values():
        send(line, {"joined": cluster.processes})
    return lines


def connect(cluster: Cluster, wait: float) -> socket.socket:
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
        send(line, {"kerasgen": cluster.rank, "of": cluster.processes})
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


def send(line: socket.socket, message: dict[str, object]) -> None:
    """Sends one message; raises OSError where the other side is gone."""
    line.sendall(json.dumps(message).encode() + b"\n")


def free_address(host: str) -> str:
    """Gives "HOST:PORT" of a port that is free."""
    with socket.create_server((host, 0), family=_family(host)) as server:
        port = server.getsockname()[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
