"""Where the processes of a run are: by options, or by the variables of a cluster."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from kerasgen.errors import reason

AUTO = "auto"  # in place of a coordinator: take all from the environment
PORTS = 20_000, 20_000  # of jobs of SLURM: the first, and how many


class Cluster(NamedTuple):
    """What a process must know to find the others."""

    host: str  # of process 0
    port: int
    processes: int
    rank: int


def find_cluster(
    coordinator: str | None, processes: int | None, rank: int | None, environment: Mapping[str, str]
) -> Cluster | None:
    """Gives the cluster that is asked for; None where none is, or where it is of one process.

    Args:
        coordinator: "HOST:PORT" of process 0, or "auto": as TF_CONFIG says, else as SLURM does.
        processes: how many there are.
        rank: which of them this is, from 0.
        environment: the variables of this process.

    Raises ValueError for a part that is missing, malformed or out of range.
    """
    if coordinator is None and processes is None and rank is None:
        return None
    if coordinator == AUTO:
        if processes is not None or rank is not None:
            raise ValueError(
                "`coordinator` auto takes processes and rank from the environment. "
                f"Received: processes {processes}, rank {rank} as well."
            )
        cluster = _from_environment(environment)
    else:
        if coordinator is None or processes is None or rank is None:
            told = {"`coordinator`": coordinator, "`processes`": processes, "`rank`": rank}
            missing = " and no ".join(name for name, value in told.items() if value is None)
            raise ValueError(f"A run of several processes needs {', '.join(told)}. Received: no {missing}.")
        cluster = Cluster(*_address(coordinator), processes, rank)
    if cluster.processes < 1 or not 0 <= cluster.rank < cluster.processes:
        raise ValueError(f"`rank` must lie in [0, processes). Received: rank {cluster.rank} of {cluster.processes} processes.")
    return cluster if cluster.processes > 1 else None


def _from_environment(environment: Mapping[str, str]) -> Cluster:
    if "TF_CONFIG" in environment:
        return _from_tf_config(environment["TF_CONFIG"])
    if "SLURM_PROCID" in environment:
        return _from_slurm(environment)
    raise ValueError(
        "`coordinator` auto needs TF_CONFIG or the variables that SLURM sets for the tasks of srun. Received: neither."
    )


def _from_tf_config(text: str) -> Cluster:
    """The chief, where there is one, is process 0, and the workers follow; others take no part in training."""
    try:
        config = json.loads(text)
        workers = [list(config["cluster"].get(kind, ())) for kind in ("chief", "worker")]
        kind, index = config["task"]["type"], int(config["task"]["index"])
        rank = index + (len(workers[0]) if kind == "worker" else 0)
        if kind not in ("chief", "worker") or not 0 <= index < len(workers[kind == "worker"]):
            raise ValueError(f"the task {kind} {index}")
        addresses = workers[0] + workers[1]
        return Cluster(*_address(str(addresses[0])), len(addresses), rank)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(
            f"TF_CONFIG must tell the cluster's chief and workers, and which of them this is. "
            f"Received: {text[:200]} ({reason(error)})."
        ) from None


def _from_slurm(environment: Mapping[str, str]) -> Cluster:
    """Process 0 is on the first node; its port follows from the number of the job."""
    nodes = environment.get("SLURM_STEP_NODELIST") or environment.get("SLURM_JOB_NODELIST") or ""
    try:
        rank, processes, job = (int(environment[f"SLURM_{name}"]) for name in ("PROCID", "NTASKS", "JOB_ID"))
        first, count = PORTS
        return Cluster(first_node(nodes), first + job % count, processes, rank)
    except (KeyError, ValueError) as error:
        raise ValueError(
            "SLURM must set SLURM_PROCID, SLURM_NTASKS, SLURM_JOB_ID and SLURM_STEP_NODELIST, as for the tasks of srun. "
            f"Received: {reason(error)}."
        ) from None


def first_node(nodes: str) -> str:
    """Gives the first name in a list of SLURM's, as "node[07-09,12],gpu3": "node07"; raises ValueError for no list."""
    found = re.match(r"([^\[\],\s]+)(?:\[(\d+)[^\]]*\]([^,\s\[\]]*))?", nodes.strip())
    if not found:
        raise ValueError(f"the node list {nodes!r}")
    name, number, rest = found.groups()
    return name + (number or "") + (rest or "")


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"`coordinator` must be HOST:PORT, a port from 1 to 65535, or auto. Received: {text!r}.")
    return host, int(port)
