"""Errors that several modules raise in the same words."""

import difflib
from collections.abc import Iterable

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
    return ValueError(f"Unknown {kind}. Received: {name!r}. {hint}")
