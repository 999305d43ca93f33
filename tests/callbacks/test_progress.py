"""The display of progress while a model trains."""

import re
import sys

import keras
import pytest

from kvae import progress
from kvae.callbacks import Progress
from tests.callbacks.training import fit

EPOCH = r"epoch {}/3  \d+\.\d s  loss [\d.]+"


def test_progress_without_a_terminal_prints_a_line_for_each_epoch(vae, capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")  # as in a cell %%bash of a notebook
    fit(vae, Progress(3, ("loss",)), epochs=3)
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert out == ""
    assert all(re.match(EPOCH.format(number), line) for number, line in zip((1, 2, 3), lines, strict=False))
    assert [line.startswith("trained in") for line in lines] == [False, False, False, True]


@pytest.fixture
def notebook(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipykernel", None)
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_TEXTS", 0.0)


@pytest.mark.usefixtures("notebook")
def test_progress_in_a_notebook_is_one_line(vae, capsys):
    fit(vae, Progress(3, ("loss",)), epochs=3)
    line, trained = capsys.readouterr().err.removesuffix("\n").split("\n")
    assert trained.startswith("trained in")
    texts = line.split("\r")[1:]
    assert texts[0].rstrip() == "epoch 1/3  step 1/4"
    assert re.match(r"epoch 2/3  step 1/4  loss [\d.]+", texts[5])
    assert re.match(EPOCH.format(3), texts[-1])
    widths = [len(text) for text in texts]
    shown = [len(text.rstrip()) for text in texts]
    assert all(width >= before for width, before in zip(widths[1:], shown[:-1], strict=True))  # nothing is left over


@pytest.mark.usefixtures("notebook")
def test_progress_in_a_notebook_ends_its_line_after_an_error(vae, capsys):
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise RuntimeError("stopped")

    shown = Progress(3)
    with pytest.raises(RuntimeError, match="stopped"):
        fit(vae, shown, Stop(), epochs=3)
    shown.close()
    assert capsys.readouterr().err.endswith("\n")
