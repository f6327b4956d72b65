"""The line that tells how far a run is."""

import io

import pytest
from helpers import ANY_BACKEND

from kerasgen.callbacks import Progress

pytestmark = ANY_BACKEND


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    "stream, term, expected",
    [
        (Terminal, "xterm", "\repoch 1/3  loss 0.1\x1b[K\n"),  # as wide as the terminal is, so that it can be renewed
        (Terminal, "dumb", "epoch 1/3  loss 0.125\n"),
        (io.StringIO, "xterm", "epoch 1/3  loss 0.125\n"),
    ],
)
def test_the_line_suits_the_terminal(monkeypatch, stream, term, expected):
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("COLUMNS", "20")
    progress = Progress(8, stream())
    progress.set_params({"epochs": 3, "steps": 2})
    progress.on_epoch_begin(0)
    progress._line = progress._describe(0.0, 1, {"loss": 0.125})
    progress.on_train_end()
    assert progress._stream.getvalue() == expected
