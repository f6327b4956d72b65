"""Errors that several modules raise in the same words."""

import difflib
from collections.abc import Iterable

LONGEST = 300  # characters of another library's message
# Names told when nothing is near; tensorflow-datasets has hundreds.
SHOWN = 30


def unknown_name(kind: str, name: object, known: Iterable[str]) -> ValueError:
    """Makes the error for a name that is not among the known ones; the caller raises it.

    Names the nearest known ones, at most three, or the list of all when nothing is near.
    """
    known = sorted(known)
    # Case aside: "MNIST" and "mnist" are the same slip of the hand.
    folded = {other.lower(): other for other in known}
    near = [folded[match] for match in difflib.get_close_matches(str(name).lower(), folded, n=3)]
    if near:
        hint = "Did you mean " + ", ".join(map(repr, near)) + "?"
    else:
        rest = f", ... ({len(known)} in all)" if len(known) > SHOWN else ""
        hint = "Known: " + (", ".join(map(repr, known[:SHOWN])) or "none") + rest + "."
    return ValueError(f"Unknown {kind}. Received: {_shortened(repr(name))}. {hint}")


def reason(error: BaseException) -> str:
    """Gives what an error of another library says, as one line of at most 300 characters; its class where it says nothing."""
    return _shortened(" ".join(str(error).split()) or type(error).__name__)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
