"""Each tracker with its real package, without a server."""

import importlib.util
import json
import sqlite3

import pytest

from kvae.errors import UserError
from kvae.tracking import TRACKERS, check_tracker, open_tracker
from tests.tracking.records import PARAMETERS, record, write


@pytest.fixture
def tracker(request, tmp_path, monkeypatch):
    """A tracker in an empty folder. The test is skipped if the package of the tracker is not installed."""
    monkeypatch.chdir(tmp_path)
    for name, value in {"MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path}/mlflow.db", "WANDB_MODE": "offline"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("WANDB_DIR", str(tmp_path))
    monkeypatch.setenv("TRACKIO_DIR", str(tmp_path / "trackio"))
    pytest.importorskip(request.param, reason=f"{request.param} is not installed")
    return open_tracker(request.param)


@pytest.mark.parametrize("tracker", ["tensorboard"], indirect=True)
def test_tensorboard_shows_parameters_and_images(tracker, tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    write(tracker, tmp_path)
    events = EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    assert {"parameters/text_summary", "preset/text_summary"} <= set(events.Tags()["tensors"])
    (shown,) = events.Tensors("parameters/text_summary")[0].tensor_proto.string_val
    assert "|model.hidden|[16, 8]|" in shown.decode()
    assert [image.step for image in events.Images("samples")] == [2]


@pytest.mark.parametrize("tracker", ["mlflow"], indirect=True)
def test_mlflow_stores_a_run_and_continues_its_record(tracker, tmp_path):
    import mlflow

    write(tracker, tmp_path)
    client = mlflow.MlflowClient()
    (run,) = client.search_runs([client.get_experiment_by_name("kvae").experiment_id])
    assert run.info.run_name == "runs/mine"
    assert run.info.status == "FINISHED"
    assert run.data.params == {name: str(value) for name, value in PARAMETERS.items()}
    assert run.data.tags["kvae.path"] == str(tmp_path)
    assert [(m.step, m.value) for m in client.get_metric_history(run.info.run_id, "loss")] == [(1, 3.0), (2, 2.0)]
    assert [file.path for file in client.list_artifacts(run.info.run_id, "images")] == ["images/epoch-0002-samples.png"]
    assert [file.path for file in client.list_artifacts(run.info.run_id, "preset")] == ["preset/card.json"]
    again = open_tracker("mlflow")
    again.begin(record(tmp_path))
    again.log({"loss": 1.0}, 3)
    again.end(False)
    (run,) = client.search_runs([client.get_experiment_by_name("kvae").experiment_id])
    assert run.info.status == "FAILED"
    assert [m.step for m in client.get_metric_history(run.info.run_id, "loss")] == [1, 2, 3]


@pytest.mark.parametrize("tracker", ["wandb"], indirect=True)
def test_wandb_offline_writes_a_run_that_can_be_synchronised(tracker, tmp_path):
    write(tracker, tmp_path)
    (folder,) = (tmp_path / "wandb").glob("offline-run-*")
    assert list(folder.glob("*.wandb"))
    (image,) = folder.rglob("*.png")
    assert image.name.startswith("samples_2")


@pytest.mark.parametrize("tracker", ["trackio"], indirect=True)
def test_trackio_stores_metrics_parameters_images_and_the_preset(tracker, tmp_path):
    write(tracker, tmp_path)
    (database,) = (tmp_path / "trackio").glob("kvae*.db")
    with sqlite3.connect(database) as connection:
        rows = connection.execute("SELECT step, metrics FROM metrics ORDER BY step").fetchall()
    values = [(step, json.loads(metrics).get("loss")) for step, metrics in rows]
    assert {(1, 3.0), (2, 2.0)} <= set(values)
    assert list((tmp_path / "trackio").rglob("*.png"))


def test_unknown_tracker_is_refused():
    with pytest.raises(UserError, match="Did you mean mlflow"):
        check_tracker("mlfow")


@pytest.mark.parametrize("name", TRACKERS)
def test_tracker_that_is_not_installed_names_the_extra(name, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda package: None)
    with pytest.raises(UserError, match=rf'Received: {name}, which is not.*pip install "kvae-zoo\[{name}\]"'):
        open_tracker(name)
