"""The optimizer that the user passes is the one that trains."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.errors import UserError
from kvae.models import VAE
from kvae.networks import mlp
from kvae.training.optimizers import Optimizers
from tests.contracts.models import MODELS, data_for

X = np.random.default_rng(0).random((16, 8)).astype("float32")
SEVERAL = "VAEGAN"


class InverseRoot(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule without a configuration."""

    def __call__(self, step):
        return 1e-3 * ops.rsqrt(ops.cast(step, "float32") + 1)


class WithArgument(keras.optimizers.Adam):
    """An optimizer whose configuration does not rebuild it."""

    def __init__(self, learning_rate, factor):
        super().__init__(learning_rate)
        self.factor = factor


def constant_rate():
    return 1e-3


def vae():
    keras.utils.set_random_seed(0)
    return VAE(mlp(8, 4), mlp(2, 8))


def weights(model):
    return [ops.convert_to_numpy(variable).copy() for variable in model.trainable_variables]


OPTIMIZERS = {
    "schedule without a configuration": lambda: keras.optimizers.Adam(InverseRoot()),
    "callable rate": lambda: keras.optimizers.Adam(constant_rate),
    "class of the user": lambda: WithArgument(1e-3, factor=2.0),
    "loss scale factor": lambda: keras.optimizers.SGD(1e-3, loss_scale_factor=8.0),
    "loss scale optimizer": lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(1e-3)),
    "clipping": lambda: keras.optimizers.SGD(1e-3, global_clipnorm=0.1),
    "averaged weights": lambda: keras.optimizers.SGD(1e-3, use_ema=True),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_compile_trains_with_the_given_optimizer(name):
    model, given = vae(), OPTIMIZERS[name]()
    model.compile(given)
    before = weights(model)
    model.fit(X, epochs=2, batch_size=8, verbose=0)
    assert model.optimizer.players["loss"] is given
    assert int(ops.convert_to_numpy(given.iterations)) == 4
    assert all(np.isfinite(value).all() for value in weights(model))
    assert any(not np.array_equal(a, b) for a, b in zip(before, weights(model), strict=True))


@pytest.mark.parametrize("name", ["loss scale factor", "loss scale optimizer"])
def test_loss_scaling_does_not_change_the_steps(name):
    plain, scaled = vae(), vae()
    plain.compile(keras.optimizers.SGD(1e-3))
    scaled.compile(OPTIMIZERS[name]())
    for model in (plain, scaled):
        keras.utils.set_random_seed(1)
        model.fit(X, batch_size=8, shuffle=False, verbose=0)
    for a, b in zip(weights(plain), weights(scaled), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_rate_set_on_the_given_optimizer_after_compile_has_an_effect():
    model, given = vae(), keras.optimizers.SGD(1e-2)
    model.compile(given)
    given.learning_rate = 0.0
    before = weights(model)
    model.fit(X, verbose=0)
    for a, b in zip(before, weights(model), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", ["VAE", SEVERAL])
def test_exclusions_from_weight_decay_hold_for_every_player(name):
    model, given = MODELS[name](), keras.optimizers.AdamW(1e-2, weight_decay=0.5)
    given.exclude_from_weight_decay(var_names=["bias"])
    model.compile(given)
    for player, optimizer in model.optimizer.players.items():
        for variable in optimizer._trainable_variables:
            assert optimizer._use_weight_decay(variable) == ("bias" not in variable.path), (player, variable.path)


def test_schedule_without_a_configuration_trains_several_players():
    model, schedule = MODELS[SEVERAL](), InverseRoot()
    model.compile(keras.optimizers.Adam(schedule))
    model.fit(*data_for(model), epochs=1, verbose=0)
    rates = [float(ops.convert_to_numpy(optimizer.learning_rate)) for optimizer in model.optimizer.players.values()]
    assert min(rates) == pytest.approx(1e-3 / np.sqrt(2))  # after one step; a gate may have stopped some players
    assert all(optimizer._learning_rate is schedule for optimizer in model.optimizer.players.values())


def test_optimizer_that_cannot_be_copied_is_refused_for_several_players():
    with pytest.raises(UserError, match=r"Pass \{player: optimizer\}"):
        MODELS[SEVERAL]().compile(WithArgument(1e-3, factor=2.0))


def test_optimizer_of_another_model_is_refused():
    given = keras.optimizers.Adam()
    vae().compile(given)
    with pytest.raises(UserError, match="no other model uses"):
        vae().compile(given)


def test_compile_again_with_the_same_optimizer_keeps_its_moments():
    model, given = vae(), keras.optimizers.Adam()
    for _ in range(2):
        model.compile(given)
        model.fit(X, verbose=0)
    assert int(ops.convert_to_numpy(given.iterations)) == 2


@pytest.mark.parametrize("name", ["Adam", "AdamW", "SGD", "RMSprop", "Lion"])
@pytest.mark.parametrize("scaled", [False, True])
def test_optimizer_that_pytorch_wrote_trains_on_every_backend(name, scaled):
    cls = getattr(keras.optimizers, name)
    written = {
        "module": f"keras.src.backend.torch.optimizers.torch_{name.lower()}",
        "class_name": name,
        "config": cls(0.01).get_config(),
        "registered_name": name,
    }
    if scaled:
        scale = keras.saving.serialize_keras_object(keras.optimizers.LossScaleOptimizer(cls(0.01)))
        written = {**scale, "config": {**scale["config"], "inner_optimizer": written}}
    read = Optimizers.from_config({"players": {"loss": written}, "name": "optimizers"})
    model = vae()
    model.compile(read)
    model.fit(X, verbose=0)
    assert type(read.inner_optimizer) is type(cls())
    assert float(read.inner_optimizer.iterations) == 1


def test_optimizers_of_one_for_several_players_gives_the_first_the_given_object():
    given = keras.optimizers.Adam()
    players = Optimizers.of(given, ["a", "b"]).players
    assert players["a"] is given
    assert players["b"] is not given


@pytest.mark.parametrize("name", ["VAE", SEVERAL])
def test_callbacks_of_keras_that_touch_optimizers_work(name, tmp_path):
    model = MODELS[name]()
    model.compile(keras.optimizers.SGD(1e-3, use_ema=True))
    callbacks = [
        keras.callbacks.LearningRateScheduler(lambda epoch, rate: 0.5 * rate),
        keras.callbacks.ReduceLROnPlateau(monitor=next(iter(model.optimizer.players)), factor=0.5, mode="min"),
        keras.callbacks.SwapEMAWeights(swap_on_epoch=True),
        keras.callbacks.BackupAndRestore(tmp_path / "backup"),
        keras.callbacks.ModelCheckpoint(tmp_path / "model.keras"),
    ]
    model.fit(*data_for(model), epochs=2, verbose=0, callbacks=callbacks)
    for optimizer in model.optimizer.players.values():
        assert float(ops.convert_to_numpy(optimizer.learning_rate)) == pytest.approx(2.5e-4)
