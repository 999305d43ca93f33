"""Training on several devices and in several processes."""

import socket
import subprocess
import sys

import keras
import numpy as np
import pytest

from kvae import zoo
from kvae.backends import Shard
from kvae.errors import UserError
from kvae.training import Batches, Cluster
from tests.conftest import ROOT, environment
from tests.contracts.models import MODELS

BACKEND = keras.backend.backend()
FAST = ("--set", "epochs=1", "--set", "model.hidden=8", "--set", "batch_size=500")


def _start(*command):
    command = [sys.executable, *map(str, command)]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _output_of(process):
    """Wait for a process, fail unless it succeeded, and return its standard output."""
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return out


@pytest.mark.skipif(BACKEND == "torch", reason="Keras trains on one device only on PyTorch")
def test_gradients_on_two_devices_equal_those_on_one(tmp_path):
    files = [tmp_path / f"{devices}.npz" for devices in (1, 2)]
    for devices, file in zip((1, 2), files, strict=True):
        _output_of(_start("-m", "tests.contracts.on_devices", devices, file))
    one, two = (np.load(file) for file in files)
    moved = [name for name in one.files if np.abs(one[name]).max() > 1e-3]
    assert {name.split("/")[0] for name in moved} == {"VAE", "CSVAE", "MultiEncoder"}
    for name in one.files:
        np.testing.assert_allclose(two[name], one[name], rtol=0, atol=1e-5, err_msg=name)


@pytest.mark.skipif(BACKEND == "torch", reason="Keras trains on one device only on PyTorch")
def test_run_on_two_devices_resumes(tmp_path):
    run = tmp_path / "run"
    _output_of(_start("-m", "kvae", "train", "digits/vae", *FAST, "--devices", 2, "--out", run))
    _output_of(_start("-m", "kvae", "train", "--resume", run, "--set", "epochs=2", "--devices", 2))
    assert len((run / "history.csv").read_text().splitlines()) == 3
    assert (run / "metrics.json").is_file()


@pytest.mark.skipif(BACKEND != "jax", reason="several processes train together on JAX only")
def test_two_processes_train_as_two_devices(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    train = ("-m", "kvae", "train", "digits/vae", *FAST)
    cluster = ("--cluster", address, "--processes", 2, "--out", tmp_path / "cluster")
    processes = [_start(*train, *cluster, "--process", i) for i in range(2)]
    outputs = [_output_of(process) for process in processes]
    assert "Process 0 writes the run" in outputs[1]
    _output_of(_start(*train, "--devices", 2, "--out", tmp_path / "devices"))
    together, alone = ((tmp_path / name / "history.csv").read_text().splitlines() for name in ("cluster", "devices"))
    assert together[0] == alone[0]
    np.testing.assert_allclose(
        [float(v) for v in together[1].split(",")], [float(v) for v in alone[1].split(",")], rtol=1e-4, atol=1e-5
    )


@pytest.mark.skipif(BACKEND != "torch", reason="TensorFlow and JAX train on several devices")
def test_two_devices_on_pytorch_raise():
    with pytest.raises(UserError, match="Expected one device on PyTorch"):
        zoo.train("digits/vae", {"epochs": 1}, devices=2)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="only TensorFlow lacks clusters")
def test_cluster_on_tensorflow_raises(tmp_path):
    with pytest.raises(UserError, match="MultiWorkerMirroredStrategy fails inside Keras"):
        zoo.train("digits/vae", {"epochs": 1}, cluster=Cluster("127.0.0.1:1", 2, 0), out=tmp_path / "run")


def test_shards_of_a_batch_make_up_the_batch():
    x = np.arange(23, dtype="float32")[:, None]
    whole = Batches(x, batch_size=8, seed=0)
    parts = [Batches(x, batch_size=8, seed=0, shard=Shard(4, part, 2)) for part in range(2)]
    assert len(parts[0]) == 3
    for i in range(3):
        together = np.concatenate([part[i][0] for part in parts])
        np.testing.assert_array_equal(together, whole[i][0][: len(together)])
        assert len(together) == (8, 8, 4)[i], "three of seven examples are dropped"
    with pytest.raises(UserError, match="batch_size that 4 devices can share"):
        Batches(x, batch_size=6, shard=Shard(4, 0, 2))


def test_shards_of_a_batch_share_the_transform_of_the_whole():
    x = np.random.default_rng(0).random((16, 3)).astype("float32")
    options = {"batch_size": 8, "seed": 0, "transform": lambda x, rng: (rng.random(x.shape) < x).astype("float32")}
    parts = [Batches(x, shard=Shard(2, part, 2), **options) for part in range(2)]
    together = np.concatenate([part[1][0] for part in parts])
    np.testing.assert_array_equal(together, Batches(x, **options)[1][0])


def test_gates_that_are_not_global_raise(monkeypatch):
    monkeypatch.setattr("kvae.training.model.gates_are_global", lambda: False)
    MODELS["VAE"]().compile("adam")
    with pytest.raises(UserError, match="Expected one device on TensorFlow for VAEGAN"):
        MODELS["VAEGAN"]().compile("adam")


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (("localhost", 2, 0), "HOST:PORT"),
        (("localhost:1", 2, 2), "from 0 to 1"),
        (("localhost:1", 0, 0), "process=0 of 0"),
    ],
)
def test_cluster_with_invalid_arguments_raises(arguments, match):
    with pytest.raises(UserError, match=match):
        Cluster(*arguments)
