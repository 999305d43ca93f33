"""The comparison of training and inference mode after the last epoch."""

import logging

import keras
import numpy as np
import pytest
from keras import ops
from PIL import Image

from kvae import zoo

RECIPE = '''
"""A VAE with batch norm."""

import keras

import kvae
from kvae.zoo import Training


def data():
    return kvae.data.load("digits")


def model(dataset, momentum: float = 0.9):
    return kvae.models.VAE(
        kvae.networks.conv_encoder(dataset.shape, 4, 8, momentum=momentum),
        kvae.networks.conv_decoder(2, dataset.shape, 8, momentum=momentum),
    )


def training():
    return Training(4, 64, keras.optimizers.Adam(0.01))
'''


@pytest.mark.parametrize(("momentum", "lags"), [(0.5, False), (0.9999, True)])
def test_train_with_lagging_running_statistics_warns(momentum, lags, tmp_path, caplog):
    (tmp_path / "recipe.py").write_text(RECIPE)
    with caplog.at_level(logging.WARNING):
        zoo.train(str(tmp_path / "recipe.py"), {"model.momentum": momentum}, out=tmp_path / "run")
    assert ("in inference mode" in caplog.text) == lags
    assert ("batch norm may lag" in caplog.text) == lags


def test_train_without_batch_norm_warns_of_no_running_statistics(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(keras.Model, "evaluate", lambda *args, **options: {"loss": 1e9})
    with caplog.at_level(logging.WARNING):
        zoo.train("digits/vae", {"epochs": 1}, out=tmp_path / "run")
    assert "batch norm" not in caplog.text


def test_train_recipe_folder_with_defaults_makes_enough_steps(tmp_path):
    rng = np.random.default_rng(0)
    for k in range(12):
        Image.fromarray(rng.integers(0, 256, (8, 8), np.uint8)).save(tmp_path / f"{k}.png")
    settings = {"data.path": str(tmp_path), "data.size": 8, "data.color": "gray", "epochs": 2}
    run = zoo.train("folder/conv_vae", settings, out=tmp_path / "run")
    model = keras.saving.load_model(run.path / "model.keras")  # `run.load_model` leaves out the optimizer
    assert int(ops.convert_to_numpy(model.optimizer.iterations)) >= 100
