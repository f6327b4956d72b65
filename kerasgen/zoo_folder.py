"""Where the zoo lies: whole in the distribution kerasgen-zoo and in a checkout; its cards alone in kerasgen."""

from importlib.util import find_spec
from pathlib import Path


def zoo_folder() -> Path:
    """The folder of the installed zoo, or of the checkout's where that is on the path without being installed."""
    spec = find_spec("kerasgen_zoo") or find_spec("kerasgen.zoo")
    return Path(spec.origin).parent if spec and spec.origin else Path(__file__).parents[1] / "zoo"
