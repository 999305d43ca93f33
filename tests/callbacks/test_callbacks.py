"""Annealing, learning-rate decay, the latent monitor, the stop on NaN."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.callbacks import (
    Anneal,
    AverageWeights,
    DecayLearningRate,
    LatentMonitor,
    NonFiniteLoss,
    PosteriorCollapse,
    StopOnNonFinite,
)
from kvae.errors import UserError
from kvae.training import Model, Phase, reports
from kvae.training.schedules import Constant, Linear, Stages
from tests.contracts.models import MODELS, batch, data_for


@pytest.fixture
def vae():
    keras.utils.set_random_seed(0)
    model = MODELS["VAE"]()
    model.compile(keras.optimizers.Adam(1e-3))
    return model


def _fit(model, *callbacks, epochs=4, **options):
    return model.fit(batch(16), batch_size=4, epochs=epochs, callbacks=list(callbacks), verbose=0, **options).history


def test_anneal_per_epoch_takes_effect(vae):
    history = _fit(vae, Anneal("beta", Linear(0.0, 1.0, length=2)))
    assert history["beta"] == [0.0, 0.5, 1.0, 1.0]
    assert history["loss"][0] == pytest.approx(history["distortion"][0], rel=1e-6)
    assert float(vae.beta) == 1.0


def test_decay_needs_a_number_to_multiply(vae):
    vae.compile(keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(1e-3, 10, 0.9)))
    with pytest.raises(UserError, match="one of the two schedules"):
        _fit(vae, DecayLearningRate(Constant(1.0)))


def test_anneal_goes_on_where_a_resumed_run_is(vae):
    history = _fit(vae, Anneal("beta", Linear(0.0, 1.0, length=4)), initial_epoch=2)
    assert history["beta"] == [0.5, 0.75]


def test_anneal_names_the_variables_there_are(vae):
    with pytest.raises(UserError, match=r"to anneal: beta.*Received: variable='gamma'"):
        _fit(vae, Anneal("gamma", Constant(1.0)))


def test_learning_rate_decay_of_every_player(vae):
    history = _fit(vae, DecayLearningRate(Stages({0: 1.0, 2: 0.1})))
    np.testing.assert_allclose(history["learning_rate"], [1e-3, 1e-3, 1e-4, 1e-4], rtol=1e-5)


def test_a_learning_rate_of_zero_moves_nothing(vae):
    before = [ops.convert_to_numpy(v).copy() for v in vae.trainable_variables]
    _fit(vae, DecayLearningRate(Constant(0.0)))
    for a, b in zip(before, vae.trainable_variables, strict=True):
        np.testing.assert_array_equal(a, ops.convert_to_numpy(b))


def test_each_player_may_have_its_own_schedule():
    model = MODELS["CSVAE"]()
    model.compile(keras.optimizers.Adam(1e-3))
    data = data_for(model, 16)
    decay = DecayLearningRate({"loss": Stages({0: 1.0, 1: 0.1})})
    history = model.fit(*data, epochs=2, callbacks=[decay], verbose=0).history
    np.testing.assert_allclose(history["learning_rate/loss"], [1e-3, 1e-4], rtol=1e-5)
    np.testing.assert_allclose(history["learning_rate/adversary"], [1e-3, 1e-3], rtol=1e-5)
    with pytest.raises(UserError, match=r"players: adversary, loss. Received: \['judge'\]|players: loss, adversary"):
        model.fit(*data, callbacks=[DecayLearningRate({"judge": Constant(1.0)})], verbose=0)


@pytest.mark.parametrize("validation", [True, False])
def test_weights_are_averaged_with_those_before_the_epoch(validation):
    """One step of an autoencoder, which draws no noise: with averaging the decoder goes half as far."""
    x, weights, seen = batch(4), {}, []
    options = {"validation_data": (x,)} if validation else {}
    for name in ("start", "plain", "averaged"):
        keras.utils.set_random_seed(0)
        model = MODELS["Autoencoder"]()
        model.compile(keras.optimizers.SGD(1e-2))
        look = keras.callbacks.LambdaCallback(on_test_end=lambda logs, m=model: seen.append(_weights(m)))
        callbacks = [AverageWeights("decoder"), look] if name == "averaged" else []
        if name != "start":
            model.fit(x, batch_size=4, verbose=0, callbacks=callbacks, **options)
        weights[name] = _weights(model)
    for start, plain, averaged in zip(*weights.values(), strict=True):
        np.testing.assert_allclose(averaged, (start + plain) / 2, atol=1e-7)
    assert len(seen) == validation
    for a, b in zip(*seen, weights["averaged"], strict=True) if seen else ():
        np.testing.assert_array_equal(a, b)


def _weights(model):
    return [ops.convert_to_numpy(v).copy() for v in model.decoder.weights]


def _with_posterior(model, loc, log_scale):
    """Makes q(z|x) the same N(loc, exp(log_scale)²) for every x, up to `loc` that may use the first pixel of x."""
    dense = model.encoder.layers[-1]
    dense.kernel.assign(np.zeros(dense.kernel.shape, "float32"))
    dense.bias.assign(np.concatenate([loc, log_scale]).astype("float32"))


def test_latent_monitor_known_answers(vae):
    _with_posterior(vae, np.array([2.0, 0.0, -1.0]), np.log([0.5, 1.0, 2.0]))
    monitor = LatentMonitor(batch(16))
    monitor.set_model(vae)
    monitor.on_train_begin()
    logs = {}
    monitor.on_epoch_end(0, logs)
    assert logs["posterior_mean_min"] == pytest.approx(-1.0)
    assert logs["posterior_mean_max"] == pytest.approx(2.0)
    assert logs["posterior_std_min"] == pytest.approx(0.5)
    assert logs["posterior_std_max"] == pytest.approx(2.0)
    assert logs["active_units"] == 0  # the means do not depend on x
    assert logs["kl_unit/0"] == pytest.approx(0.5 * (0.25 + 4 - 1) - np.log(0.5), rel=1e-5)
    assert logs["kl_unit/1"] == pytest.approx(0.0, abs=1e-6)


def test_collapse_is_told_once(vae):
    _with_posterior(vae, np.zeros(3), np.zeros(3))
    with pytest.warns(PosteriorCollapse, match="collapsed by epoch 3") as caught:
        _fit(vae, LatentMonitor(batch(16)), DecayLearningRate(Constant(0.0)), epochs=5)
    assert len([w for w in caught if w.category is PosteriorCollapse]) == 1


def test_latent_monitor_needs_a_posterior():
    model = MODELS["Autoencoder"]()
    model.compile("sgd")
    with pytest.raises(UserError, match="a model with a posterior"):
        _fit(model, LatentMonitor(batch(4)))


class Explosive(Model):
    """A loss of two terms, of which `fuse` is NaN from the third batch on."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(1, kernel_initializer="ones")
        self.dense.build((None, 1))
        self.count = self.add_scalar("count", 0.0)

    @reports("loss", "calm", "fuse")
    def lossy(self, x, training):
        calm = ops.mean(self.dense(x))
        self.count.assign_add(1.0)
        fuse = calm / ops.relu(3.0 - self.count) * ops.relu(3.0 - self.count)  # 0 / 0 at the third batch
        return {"loss": calm + fuse, "calm": calm, "fuse": fuse}

    def phases(self):
        return (Phase(self.lossy, {"loss": [self.dense]}),)

    def call(self, x):
        return self.dense(x)


def test_the_term_that_is_not_finite_is_named():
    model = Explosive()
    model.compile(keras.optimizers.SGD(1e-3))
    with pytest.raises(NonFiniteLoss, match=r"Received: fuse=nan in epoch 1, batch 3") as caught:
        model.fit(np.ones((20, 1), "float32"), batch_size=4, callbacks=[StopOnNonFinite()], verbose=0)
    assert caught.value.terms == ["fuse", "loss"]
