"""Runs that keep the best epoch."""

import shutil

import keras
import numpy as np
import pytest

from kvae import zoo
from kvae.callbacks import RunWriter
from kvae.recipes import card as cards
from kvae.recipes.resume import resume
from kvae.runs import Run

RECIPE = '''
"""A VAE that is trained for two epochs, and made worse in the others by a negative learning rate."""

import keras

import kvae
from kvae.zoo import Training


def data(limit: int = 200):
    return kvae.data.load("digits").at_most(limit)


def model(dataset):
    return kvae.models.VAE(kvae.networks.mlp(dataset.shape, 4), kvae.networks.mlp(2, dataset.shape))


def training(epochs: int = 6, patience: int = 2):
    return Training(
        epochs,
        50,
        keras.optimizers.SGD(1e-3),
        learning_rate_schedule=lambda epoch: 1.0 if epoch < 2 else -10.0,
        best_epoch=kvae.training.BestEpoch("val_loss", patience=patience),
    )
'''


@pytest.fixture(scope="module")
def recipe(tmp_path_factory):
    path = tmp_path_factory.mktemp("recipe") / "recipe.py"
    path.write_text(RECIPE)
    return str(path)


def _weights(model):
    return [keras.ops.convert_to_numpy(variable) for variable in model.weights]


@pytest.fixture(scope="module")
def run(recipe, tmp_path_factory):
    return zoo.train(recipe, out=tmp_path_factory.mktemp("runs") / "run")


def test_training_stops_and_the_model_is_that_of_the_best_epoch(recipe, run, tmp_path):
    losses = run.history()["val_loss"]
    assert run.best_epoch == 2
    assert len(losses) == 4
    assert losses.argmin() == 1
    shorter = zoo.train(recipe, {"epochs": 2}, out=tmp_path / "shorter")
    for kept, expected in zip(_weights(run.load_model()), _weights(shorter.load_model()), strict=True):
        np.testing.assert_array_equal(kept, expected)
    assert run.metrics["metrics"] == shorter.metrics["metrics"]


def test_card_names_the_best_epoch(run):
    card = cards.card(run)
    assert (card["epochs"], card["best_epoch"]) == (4, 2)


def test_resumed_run_that_has_stopped_early_is_not_trained_further(run, tmp_path, caplog):
    again = shutil.copytree(run.path, tmp_path / "again")
    with caplog.at_level("INFO"):
        assert len(resume(again).history()["epoch"]) == 4
    assert "stopped after 4 epochs, because the last 2 were not better" in caplog.text


def test_run_that_was_killed_between_the_best_epoch_and_its_checkpoint_ends_the_same(
    recipe, run, tmp_path, monkeypatch
):
    write = RunWriter.on_epoch_end

    def killed(self, epoch, logs=None):
        if epoch == 1:
            raise KeyboardInterrupt
        write(self, epoch, logs)

    monkeypatch.setattr(RunWriter, "on_epoch_end", killed)
    with pytest.raises(KeyboardInterrupt):
        zoo.train(recipe, out=tmp_path / "run")
    monkeypatch.undo()
    assert (Run(tmp_path / "run").best_epoch, len(Run(tmp_path / "run").epochs())) == (2, 1)
    found = resume(tmp_path / "run")
    assert found.best_epoch == 2
    for kept, expected in zip(_weights(found.load_model()), _weights(run.load_model()), strict=True):
        np.testing.assert_array_equal(kept, expected)


VAE_GAN = """net = kvae.networks.mlp(dataset.shape, 6)
    critic = keras.Model(net.input, [net.output, keras.layers.Dense(1)(net.output)])
    return kvae.models.VAEGAN(kvae.networks.mlp(dataset.shape, 4), kvae.networks.mlp(2, dataset.shape), critic, gamma=0.1)
"""


def test_best_epoch_of_a_model_of_several_players_is_kept(tmp_path):
    start, end = RECIPE.index("return kvae.models.VAE"), RECIPE.index("def training")
    text = (RECIPE[:start] + VAE_GAN + "\n\n" + RECIPE[end:]).replace("val_loss", "val_rate")
    (tmp_path / "players.py").write_text(text)
    run = zoo.train(str(tmp_path / "players.py"), {"epochs": 2}, out=tmp_path / "run")
    assert "loss" not in run.history()
    assert run.best_epoch == run.history()["val_rate"].argmin() + 1
