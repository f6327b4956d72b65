"""The command, run in the tests' own process."""

import sys
from types import SimpleNamespace

import pytest

from kerasgen import cli
from kerasgen.cli.options import console


@pytest.fixture
def run(tmp_path, monkeypatch, capfd):
    """Runs the command with these arguments, in `tmp_path`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(console, "width", 200)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["kerasgen", *map(str, arguments)])
        with pytest.raises(SystemExit) as done:
            cli.main()
        return SimpleNamespace(returncode=done.value.code, **capfd.readouterr()._asdict())

    return run
