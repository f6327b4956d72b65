"""The `kerasgen` command."""

import sys

try:
    from kerasgen.cli.main import main
except KeyboardInterrupt:  # of imports that take a moment
    print("error: interrupted", file=sys.stderr)
    sys.exit(130)
except ModuleNotFoundError as error:
    if error.name is None or error.name.startswith("kerasgen"):
        raise
    missing = error.name  # of what comes with Keras: only exported files run here

    def main() -> None:
        """Says what to install; exits with 2."""
        print(
            "error: The command needs kerasgen[tensorflow], kerasgen[jax] or kerasgen[torch]; exported files run without, by "
            f"python -m kerasgen.runtime FILE. Received: no {missing}.",
            file=sys.stderr,
        )
        sys.exit(2)


__all__ = ["main"]
