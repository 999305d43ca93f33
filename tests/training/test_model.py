"""The smallest model, and the base class."""

from typing import ClassVar

import keras
import numpy as np
import pytest
from keras import ops

from kvae.networks import mlp
from kvae.training import Model, reports
from tests.contracts.models import MODELS


@keras.saving.register_keras_serializable("kvae-tests")
class Smallest(Model):
    """A regression with two methods."""

    batch_spec = ("x", "y")

    def __init__(self, net, **kwargs):
        super().__init__(**kwargs)
        self.net = net

    def loss_terms(self, batch, training):
        x, y = batch
        return {"loss": ops.mean(ops.square(self.net(x, training=training) - y))}


@keras.saving.register_keras_serializable("kvae-tests")
class Renamed(Model):
    """A model that keeps arguments in attributes of other names, in dicts and in variables."""

    stored_as: ClassVar = {"posterior": "posterior_family", "heads": "all_heads"}

    def __init__(self, posterior, encoders, heads=(), beta=1.0, **kwargs):
        super().__init__(**kwargs)
        self.posterior_family = posterior
        self.encoders = dict(encoders)
        self.all_heads = list(heads)
        self.beta = self.add_scalar("beta", beta)

    @reports("loss", "twice")
    def loss_terms(self, batch, training):
        loss = self.beta * sum(ops.mean(net(batch, training=training)) for net in self.encoders.values())
        return {"loss": loss, "twice": 2 * loss}

    def posterior(self):
        """A method with the name of an argument."""


def _renamed():
    return Renamed("normal", {"a": mlp(3, 1), "b": mlp(3, 1)}, [mlp(3, 2)], beta=0.25)


def test_model_with_two_methods_learns_and_loads(tmp_path):
    x = np.random.default_rng(0).standard_normal((64, 3)).astype("float32")
    y = x @ np.array([[1.0], [-2.0], [0.5]], "float32")
    model = Smallest(mlp(3, 1, ()))
    model.compile(keras.optimizers.Adam(0.1))
    loss = model.fit(x, y, batch_size=16, epochs=40, verbose=0, validation_data=(x, y)).history["val_loss"]
    assert loss[-1] < 1e-2 * loss[0]
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.evaluate(x, y, verbose=0) == pytest.approx(model.evaluate(x, y, verbose=0), rel=1e-5)


def test_default_phase_with_reports_moves_networks_of_dicts_and_reports_all_scalars():
    model = _renamed()
    model.compile("sgd")
    logs = model.train_on_batch(np.ones((4, 3), "float32"), return_dict=True)
    assert logs["twice"] == pytest.approx(2 * logs["loss"])
    (phase,) = model.phases()
    assert {id(v) for v in phase.variables()["loss"]} == {id(v) for v in model.trainable_variables}


def test_networks_are_named_by_arguments_and_keys():
    assert list(_renamed().networks()) == ["encoders.a", "encoders.b", "heads.0"]
    assert list(MODELS["VAE"]().networks()) == ["encoder", "decoder"]


def test_get_config_finds_arguments_stored_under_other_names():
    config = _renamed().get_config()
    assert config["posterior"] == "normal"
    assert config["beta"] == 0.25
    again = Renamed.from_config(config)
    assert again.posterior_family == "normal"
    assert set(again.encoders) == {"a", "b"}


def test_metrics_before_compile_are_empty():
    assert Smallest(mlp(3, 1)).metrics == []


def test_data_shape_of_base_model_is_unknown():
    assert Smallest(mlp(3, 1)).data_shape == ()
