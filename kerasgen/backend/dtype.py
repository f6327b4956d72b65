"""What the dtype "auto" comes to: bfloat16 where the machine computes it fast and the model is known to train in it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

import keras

from kerasgen import backend

FLAGS = {"avx512_bf16", "amx_bf16"}  # the flags of CPUs that multiply it
CAPABILITY = (8, 0)  # of the first GPUs of NVIDIA that multiply it
CPU_INFO = Path("/proc/cpuinfo")


class Choice(NamedTuple):
    """A dtype and why it was chosen."""

    dtype: Literal["float32", "mixed_bfloat16"]
    reason: str


def choose_dtype(model: str, trains_in_bfloat16: bool) -> Choice:
    """Chooses for a model class, told by its name and its attribute `trains_in_bfloat16`, on this machine and backend."""
    if not trains_in_bfloat16:
        return Choice("float32", f"no preset shows that {model} trains as well in bfloat16")
    capability = backend.compute_capability()
    if capability is not None:
        gpu = f"a GPU of compute capability {capability[0]}.{capability[1]}"
        return Choice("mixed_bfloat16", gpu) if capability >= CAPABILITY else Choice("float32", f"{gpu} lacks bfloat16")
    if keras.backend.backend() == "jax":
        return Choice("float32", "JAX gains nothing from bfloat16 on CPUs")
    found = sorted(FLAGS & cpu_flags())
    if not found:
        return Choice("float32", "a CPU without bfloat16")
    return Choice("mixed_bfloat16", f"a CPU with {' and '.join(found)}")


def cpu_flags() -> set[str]:
    """Gives what the first CPU can do, by Linux's names; nothing on other systems."""
    lines = CPU_INFO.read_text("utf-8").splitlines() if CPU_INFO.is_file() else []
    return next((set(line.partition(":")[2].split()) for line in lines if line.startswith("flags")), set())
