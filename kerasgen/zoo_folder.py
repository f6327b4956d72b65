"""Where the zoo lies: whole in the distribution kerasgen-zoo and in a checkout; its cards alone in kerasgen."""

from importlib.util import find_spec
from pathlib import Path


def zoo_folder() -> Path:
    """The folder of the installed zoo."""
    return Path((find_spec("kerasgen_zoo") or find_spec("kerasgen.zoo")).origin).parent
