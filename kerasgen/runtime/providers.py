"""ONNX Runtime's execution providers: which there are, and the best of them that starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kerasgen.errors import reason

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

# The best first; the names that ONNX Runtime gives them, and where their tensors lie.
PROVIDERS = {
    "tensorrt": "TensorrtExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "directml": "DmlExecutionProvider",
    "cpu": "CPUExecutionProvider",
}
DEVICES = {"tensorrt": "cuda", "cuda": "cuda", "directml": "dml", "coreml": "cpu", "cpu": "cpu"}


class ProviderError(ValueError):
    """A provider that is not there, or does not start."""


def check_provider(provider: str) -> None:
    """Raises ProviderError for a provider that kerasgen does not know."""
    if provider != "auto" and provider not in PROVIDERS:
        raise ProviderError(f"provider must be 'auto' or one of {', '.join(map(repr, PROVIDERS))}. Received: {provider!r}.")


def available() -> list[str]:
    """The providers of the installed onnxruntime, the best first."""
    import onnxruntime

    found = onnxruntime.get_available_providers()
    return [provider for provider, name in PROVIDERS.items() if name in found]


def check_available(provider: str) -> None:
    """Raises ProviderError for a provider that the installed onnxruntime lacks; "cpu" and "auto" are always there."""
    if provider not in ("auto", "cpu") and provider not in available():
        raise ProviderError(
            f"The provider must be one that this onnxruntime has: {', '.join(available())}. Received: {provider!r}."
        )


def start(provider: str, make: Callable[[list[str]], InferenceSession]) -> tuple[InferenceSession, str]:
    """Gives a session and the name of its provider; "auto" takes the best that starts.

    `make` maps ONNX Runtime's names, the best first, to a session. Raises ProviderError for one that is not there or does
    not start: onnxruntime itself would go on on the CPU and say so on the error stream alone.
    """
    check_available(provider)
    failures = []
    for candidate in available() if provider == "auto" else [provider]:
        name = PROVIDERS[candidate]
        try:
            session = make(list(dict.fromkeys([name, PROVIDERS["cpu"]])))  # the CPU takes ops that the other lacks
        except Exception as error:  # a driver's own; on the CPU it is the file that is wrong
            if candidate == "cpu":
                raise
            failures.append(f"{candidate}: {reason(error)}")
            continue
        if name in session.get_providers():
            return session, candidate
        failures.append(f"{candidate}: its libraries or its device are missing")
    raise ProviderError(f"The provider must start on this machine. Received: {'; '.join(failures)}.")
