"""The median stopping rule."""

import keras
import numpy as np

from kvae.callbacks.median_stopping import STARTUP, MedianStopping
from kvae.files import write_json
from kvae.runs import Run


def _history(folder, trial, column):
    path = folder / f"trial_{trial}" / "run" / "history.csv"
    path.parent.mkdir(parents=True)
    path.write_text("epoch,val_elbo\n" + "".join(f"{i},{value}\n" for i, value in enumerate(column, 1)))


def test_median_stopping_stops_only_trials_below_the_median_average(tmp_path):
    for trial in range(STARTUP):
        _history(tmp_path, trial, [-200, -150, -100 - trial])  # on average −175 by the second epoch
        write_json(tmp_path / f"trial_{trial}" / "score.json", {})
    for trial, column, stops in (
        ("good", [-190, -170], False),
        ("recovered", [-170, -190], False),
        ("bad", [-190, -180], True),
        ("young", [], False),
        ("longer", [-300, -300, -300, -300], False),
    ):
        _history(tmp_path, trial, column)
        stop = MedianStopping(tmp_path, trial, "val_elbo")
        assert stop.should_stop(Run(tmp_path / f"trial_{trial}" / "run")) == stops, trial
    run = Run(tmp_path / "trial_bad" / "run")
    assert not MedianStopping(tmp_path, "bad", None).should_stop(run)
    (tmp_path / "trial_0" / "score.json").unlink()  # too few trials remain
    assert not MedianStopping(tmp_path, "bad", "val_elbo").should_stop(run)


def test_median_stopping_ends_training_when_the_rule_holds(tmp_path, monkeypatch):
    stop = MedianStopping(tmp_path, "0", "val_elbo")
    stop.set_model(keras.Sequential([keras.layers.Dense(1)]))
    stop.model.stop_training = False
    monkeypatch.setattr(stop, "should_stop", lambda run: True)
    stop.on_epoch_end(0, {"val_elbo": np.float32(-1)})
    assert stop.model.stop_training
