"""Recording the training of a recipe."""

import logging

import pytest

from kvae import zoo
from kvae.recipes import train as training
from kvae.tracking import Tracker

SETTINGS = {"epochs": 2, "model.hidden": (8,), "data.limit": 200}


class Recorder(Tracker):
    """A tracker that keeps the calls of its methods, and may fail in one of them."""

    def __init__(self, fails_in: str = ""):
        self.calls, self.fails_in = [], fails_in

    def _keep(self, *call):
        print("a message of the tracker")
        self.calls.append(call)
        if call[0] == self.fails_in:
            raise ConnectionError("no route to host")

    def begin(self, record):
        self._keep("begin", record)

    def log(self, values, epoch):
        self._keep("log", values, epoch)

    def image(self, name, file, epoch):
        self._keep("image", name, epoch)

    def preset(self, name, folder):
        self._keep("preset", name, sorted(file.name for file in folder.iterdir()))

    def end(self, finished):
        self._keep("end", finished)


@pytest.fixture
def record(tmp_path, monkeypatch):
    """A function that trains a small recipe with a recorder, and returns the recorder and the run."""

    def train(recorder, **options):
        monkeypatch.setattr(training, "open_tracker", lambda name: recorder)
        run = zoo.train("digits/vae", SETTINGS, out=tmp_path / "run", track=["recorder"], **options)
        return recorder.calls, run

    return train


def test_tracked_training_records_parameters_metrics_images_and_the_preset(record, tmp_path, capsys):
    calls, run = record(Recorder())
    assert [call[0] for call in calls] == ["begin", "log", "log", "image", "image", "preset", "end"]
    facts = calls[0][1]
    assert facts.parameters["model.hidden"] == [8]
    assert facts.parameters["run"] == str(run.path.resolve())
    assert facts.key == run.tracking_key()
    assert calls[1][1]["loss"] == run.history()["loss"][0]
    assert [call[1:] for call in calls[3:5]] == [("reconstructions", 2), ("samples", 2)]
    assert calls[-2] == ("preset", "run", ["card.json", "config.json", "model.weights.h5", "sampler.npz"])
    assert calls[-1] == ("end", True)
    assert capsys.readouterr().out == ""


def test_tracked_training_ends_its_record_as_failed_after_an_error(record, monkeypatch):
    def fail(*arguments):
        raise OSError("disk full")

    recorder = Recorder()
    monkeypatch.setattr(training, "finish", fail)
    with pytest.raises(OSError, match="disk full"):
        record(recorder)
    assert recorder.calls[-1] == ("end", False)


@pytest.mark.parametrize("method", ["begin", "log", "preset"])
def test_training_goes_on_without_a_tracker_that_fails(record, method, caplog):
    with caplog.at_level(logging.WARNING):
        calls, run = record(Recorder(method))
    assert run.finished
    assert calls[-1][0] == method
    (message,) = [message for message in caplog.messages if "Recorder failed" in message]
    assert "no route to host" in message


def test_resumed_run_keeps_its_key(record, monkeypatch):
    calls, run = record(Recorder())
    key, again = calls[0][1].key, Recorder()
    monkeypatch.setattr(training, "open_tracker", lambda name: again)
    zoo.resume(run.path, {"epochs": 3}, track=["recorder"])
    assert again.calls[0][1].key == key
    assert [call[2] for call in again.calls if call[0] == "log"] == [3]
