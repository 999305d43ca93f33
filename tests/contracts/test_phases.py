"""Gradients, players, gates and order of phases, for every model."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.errors import UserError
from kvae.training import Model, Phase, reports
from tests.contracts.models import ALL_ON_TENSORFLOW, MODELS, SURROGATES, data_for, settle, step_of


@pytest.fixture
def fixed_noise(monkeypatch):
    """Replace normal noise by one array, so that a loss is a function of the weights only."""

    def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
        noise = np.random.default_rng(1).standard_normal(tuple(int(n) for n in shape))
        return ops.convert_to_tensor(noise, dtype=dtype or keras.config.floatx()) * stddev + mean

    monkeypatch.setattr(keras.random, "normal", normal)


@pytest.fixture
def double():
    """Compute in float64. On JAX and PyTorch the matrix products and batch norm of Keras round to float32."""
    before = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_floatx(before[0])
    keras.config.set_dtype_policy(before[1])


def _players(model):
    """Yield (phase, batch, player, variables, their gradients as arrays) for every player of every phase."""
    data = step_of(model, data_for(model))
    batch = model.unpack(keras.tree.map_structure(lambda a: ops.convert_to_tensor(a, keras.config.floatx()), data))
    for phase in model.phases():
        variables = phase.variables()
        _, gradients = model.gradients(lambda phase=phase: phase(batch, training=False), variables)
        for player, group in variables.items():
            yield phase, batch, player, group, [ops.convert_to_numpy(g) for g in gradients[player]]


def _loss_at(phase, batch, player, variables, values):
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    return float(ops.convert_to_numpy(phase(batch, training=False)[player]))


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="Keras computes in float64 on TensorFlow only")
@pytest.mark.parametrize("name", sorted(set(MODELS) - SURROGATES))
def test_gradients_of_each_player_equal_central_differences_of_its_loss(name, fixed_noise, double):
    """Two weights of every variable are compared, in float64."""
    model = MODELS[name]()
    settle(model)
    model.compile("sgd")
    rng, checked = np.random.default_rng(2), 0
    for phase, batch, player, variables, gradients in _players(model):
        for variable, gradient in zip(variables, gradients, strict=True):
            value = ops.convert_to_numpy(variable).copy()
            for index in {tuple(rng.integers(s) for s in value.shape) for _ in range(2)}:
                step = np.zeros_like(value)
                step[index] = 1e-5
                up, down = (_loss_at(phase, batch, player, [variable], [value + s * step]) for s in (1, -1))
                variable.assign(value)
                np.testing.assert_allclose(gradient[index], (up - down) / 2e-5, rtol=2e-5, atol=1e-7)
                checked += 1
    assert checked >= 8


@pytest.mark.parametrize("name", sorted(set(ALL_ON_TENSORFLOW) - SURROGATES))
def test_gradient_norm_of_each_player_equals_the_slope_of_its_loss(name, fixed_noise):
    """Along the unit vector of its gradient g the slope of a player's loss is |g|. Central differences in float32.

    `test_backends.py` compares the gradients of options and kinds of labels between backends.
    """
    model = MODELS[name]()
    settle(model)
    model.compile("sgd")
    for phase, batch, player, variables, gradients in _players(model):
        norm = np.sqrt(sum(np.square(g).sum() for g in gradients))
        values = [ops.convert_to_numpy(v).copy() for v in variables]
        up, down = (
            _loss_at(
                phase,
                batch,
                player,
                variables,
                [v + s * 5e-3 * g / norm for v, g in zip(values, gradients, strict=True)],
            )
            for s in (1, -1)
        )
        _loss_at(phase, batch, player, variables, values)
        np.testing.assert_allclose((up - down) / 1e-2, norm, rtol=5e-3)


@pytest.mark.parametrize("name", MODELS)
def test_phases_train_every_trainable_weight(name):
    """`test_keras.py` checks that each of the weights changes in training."""
    model = MODELS[name]()
    owned = {id(v) for phase in model.phases() for group in phase.variables().values() for v in group}
    assert owned == {id(v) for v in model.trainable_variables}


@keras.saving.register_keras_serializable("kvae-tests")
class Duel(Model):
    """A model with two players in one phase and a third in a second phase. All losses can be computed by hand."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.a, self.b, self.c = (keras.layers.Dense(1, use_bias=False, kernel_initializer="ones") for _ in range(3))
        for layer in (self.a, self.b, self.c):
            layer.build((None, 1))

    @reports("a", "b")
    def together(self, x, training):
        a, b = self.a(x), self.b(x)
        return {"a": ops.mean(a * b), "b": -ops.mean(a * b)}

    @reports("c")
    def after(self, x, training):
        return {"c": ops.mean(self.a(x) * self.c(x))}

    def phases(self):
        return Phase(self.together, {"a": [self.a], "b": [self.b]}), Phase(self.after, {"c": [self.c]})

    def call(self, x):
        return self.a(x)


def test_players_of_a_phase_move_simultaneously_and_before_later_phases():
    """x = 1, all weights 1, rate 0.1: a ← 1 − 0.1·b, b ← 1 + 0.1·a (the old a), then c ← 1 − 0.1·a (the new a)."""
    model = Duel()
    model.compile({p: keras.optimizers.SGD(0.1) for p in "abc"})
    model.train_on_batch(np.ones((4, 1), "float32"))
    weights = [float(ops.convert_to_numpy(layer.kernel)[0, 0]) for layer in (model.a, model.b, model.c)]
    np.testing.assert_allclose(weights, [0.9, 1.1, 1 - 0.1 * 0.9], rtol=1e-6)


def test_players_with_different_optimizers_move_by_their_own():
    model = Duel()
    model.compile({"a": keras.optimizers.SGD(0.5), "b": keras.optimizers.Adam(1e-3), "c": keras.optimizers.SGD(0.0)})
    model.train_on_batch(np.ones((4, 1), "float32"))
    a, b, c = (float(ops.convert_to_numpy(layer.kernel)[0, 0]) for layer in (model.a, model.b, model.c))
    np.testing.assert_allclose([a, b, c], [0.5, 1.001, 1.0], rtol=1e-5)
    assert int(model.optimizer.iterations) == 1
    assert [int(o.iterations) for o in model.optimizer.players.values()] == [1, 1, 1]


def test_loss_with_unreported_scalar_raises():
    class Unreported(Duel):
        @reports("c")
        def after(self, x, training):
            return {"c": ops.mean(self.c(x)), "unreported": 0.0}

    model = Unreported()
    model.compile("sgd")
    with pytest.raises(ValueError, match="to return what it reports"):
        model.train_on_batch(np.ones((4, 1), "float32"))


def test_phase_with_batch_function_gets_its_part_of_the_round():
    class Split(Duel):
        def phases(self):
            return (
                Phase(self.together, {"a": [self.a], "b": [self.b]}, batch=lambda data: data["left"]),
                Phase(self.after, {"c": [self.c]}, batch=lambda data: data["right"]),
            )

    model = Split()
    model.compile(keras.optimizers.SGD(0.1))
    model.train_on_batch({"left": np.ones((4, 1), "float32"), "right": np.full((4, 1), 3.0, "float32")})
    c = float(ops.convert_to_numpy(model.c.kernel)[0, 0])
    np.testing.assert_allclose(c, 1 - 0.1 * 3 * 3 * 0.9, rtol=1e-5)


@keras.saving.register_keras_serializable("kvae-tests")
class Gated(Model):
    """Two players with batch norm. The weight `open` is the gate of the second."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.a, self.b = (
            # The layer has no bias: batch norm subtracts the bias again, so that it would change by rounding errors only.
            keras.Sequential(
                [keras.Input((3,)), keras.layers.Dense(2, use_bias=False), keras.layers.BatchNormalization()]
            )
            for _ in range(2)
        )
        self.open = self.add_scalar("open", 0.0)

    @reports("a", "b", "b_moves")
    def together(self, x, training):
        a, b = self.a(x, training=training), self.b(x, training=training)
        return {"a": ops.mean(a * b + a), "b": ops.mean(ops.square(a - b)), "b_moves": self.open * 1.0}

    def phases(self):
        return (Phase(self.together, {"a": [self.a], "b": [self.b]}, gates={"b": "b_moves"}),)


def _state(model, player):
    variables = [*getattr(model, player).weights, *model.optimizer.players[player].variables]
    return [ops.convert_to_numpy(variable).copy() for variable in variables]


def _unchanged(before, after):
    return [np.array_equal(old, new) for old, new in zip(before, after, strict=True)]


def test_closed_gate_keeps_weights_moments_and_batch_statistics():
    model = Gated()
    model.compile(keras.optimizers.Adam(0.1))
    x = np.random.default_rng(0).standard_normal((8, 3)).astype("float32")
    a, b = _state(model, "a"), _state(model, "b")
    assert model.train_on_batch(x, return_dict=True)["b_moves"] == 0
    assert all(_unchanged(b, _state(model, "b")))
    assert int(model.optimizer.players["b"].iterations) == 0
    assert sum(_unchanged(a, _state(model, "a"))) <= 1, "everything of a but its learning rate changes"
    model.open.assign(1.0)
    assert model.train_on_batch(x, return_dict=True)["b_moves"] == 1
    assert sum(_unchanged(b, _state(model, "b"))) <= 1
    assert int(model.optimizer.players["b"].iterations) == 1


def test_phase_with_unknown_gate_raises():
    with pytest.raises(ValueError, match="every player and gate"):
        Phase(Gated.together, {"a": []}, gates={"a": "nothing"})
    with pytest.raises(ValueError, match="gates of players"):
        Phase(Gated.together, {"a": []}, gates={"b": "b_moves"})


def test_learning_rate_of_several_players_raises():
    model = Duel()
    model.compile("sgd")
    with pytest.raises(AttributeError, match="DecayLearningRate"):
        model.optimizer.learning_rate = 0.1


def test_frozen_player_keeps_its_weights_while_others_move():
    model = Duel()
    model.b.trainable = False
    model.compile(keras.optimizers.SGD(0.1))
    model.train_on_batch(np.ones((4, 1), "float32"))
    a, b = (float(ops.convert_to_numpy(layer.kernel)[0, 0]) for layer in (model.a, model.b))
    np.testing.assert_allclose([a, b], [0.9, 1.0], rtol=1e-6)


def test_compile_without_optimizer_of_a_player_raises():
    with pytest.raises(ValueError, match="one optimizer for each of the players"):
        Duel().compile({"a": "sgd"})


def test_unconnected_gradient_is_zero():
    class Unconnected(Duel):
        @reports("c")
        def after(self, x, training):
            return {"c": ops.mean(self.a(x))}  # does not depend on c

    model = Unconnected()
    model.compile("adam")
    model.train_on_batch(np.ones((4, 1), "float32"))
    assert float(ops.convert_to_numpy(model.c.kernel)[0, 0]) == 1.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"loss": "mse"}, "has its own objective"),
        ({"metrics": ["mse"]}, "has its own objective"),
    ],
)
def test_compile_with_loss_or_metrics_raises(arguments, message):
    with pytest.raises(UserError, match=message):
        Duel().compile("sgd", **arguments)
