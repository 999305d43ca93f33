"""Steps that are recorded and replayed give the results of steps that run operation by operation, bit for bit."""

import threading

import keras
import numpy as np
import pytest
import torch

from kvae import models, training, zoo
from kvae.backends.torch import replay
from kvae.recipes.session import Session
from tests.contracts.models import MODELS, ONE_OF_EACH, batch, data_for, step_of
from tests.zoo.conftest import small_vgg  # noqa: F401  a fixture
from tests.zoo.small import SHORT, random_dataset, small_values


@pytest.fixture(autouse=True)
def recorded_at_once(monkeypatch):
    monkeypatch.setattr(replay, "PATIENCE", 0.0)


def _step(model):
    """Return the training step of a compiled model that is replayed."""
    model.make_train_function()
    return model.train_function.__closure__[0].cell_contents


def _state(model):
    variables = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
    return [keras.ops.convert_to_numpy(variable) for variable in variables]


def _assert_same(one, other):
    for before, after in zip(one, other, strict=True):
        np.testing.assert_array_equal(before, after)


def _trained(make, monkeypatch, steps=3, patience=0.0, **options):
    """Return a new model of `make()` after some steps of training and of validation, and its logs."""
    monkeypatch.setattr(replay, "PATIENCE", patience)
    keras.utils.set_random_seed(0)
    model, data = make()
    model.compile(keras.optimizers.Adam(1e-3), **options) if not model.compiled else None
    logs = [model.train_on_batch(*step_of(model, data), return_dict=True) for _ in range(steps + 1)]
    logs += [model.test_on_batch(*step_of(model, data), return_dict=True) for _ in range(steps)]
    return model, logs


@pytest.mark.slow
@pytest.mark.parametrize("name", zoo.names())
def test_recipe_is_replayed_and_trains_as_it_does_operation_by_operation(name, monkeypatch):
    recipe = zoo.load(name)
    values = small_values(recipe, {**SHORT, "model.dropout": 0.3})

    def make():
        model = Session(recipe, values, seed=0, dataset=random_dataset(name)).model
        split = random_dataset(name).train
        return model, (split.x / np.float32(255), *((split.y,) if "y" in model.batch_spec else ()))

    eager, expected = _trained(make, monkeypatch, patience=np.inf)
    model, found = _trained(make, monkeypatch)
    assert _step(model).programs
    assert not _step(eager).programs
    assert found == expected
    _assert_same(_state(eager), _state(model))


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_model_is_replayed_and_trains_as_it_does_operation_by_operation(name, monkeypatch):
    def make():
        model = MODELS[name]()
        return model, data_for(model, 8)

    eager, expected = _trained(make, monkeypatch, patience=np.inf)
    model, found = _trained(make, monkeypatch)
    assert _step(model).programs
    assert found == expected
    _assert_same(_state(eager), _state(model))


def _vae():
    return MODELS["VAE"](), (batch(8),)


def _changed(change):
    """Return a VAE whose losses are `change(compute, x)`, where `compute(x)` are those of a VAE."""

    class Changed(models.VAE):
        @training.reports(*models.VAE.loss_terms.reports)
        def loss_terms(self, x, training):
            return change(lambda x: super(Changed, self).loss_terms(x, training), x)

    vae = MODELS["VAE"]()
    return Changed(vae.encoder, vae.decoder)


def test_model_that_reads_a_value_runs_operation_by_operation_and_says_so_once(monkeypatch, capsys):
    def doubled(compute, x):
        return {name: value * (2 if value > 0 else 1) for name, value in compute(x).items()}

    def make():
        return _changed(doubled), (batch(8),)

    model, found = _trained(make, monkeypatch)
    assert not _step(model).programs
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2  # one for training, one for validation
    assert all("operation by operation, because it reads the value of a tensor" in line for line in lines)
    _, expected = _trained(make, monkeypatch, patience=np.inf)
    assert found == expected


def test_reason_is_said_once_for_batches_of_several_sizes(monkeypatch, capsys):
    monkeypatch.setattr(replay, "PATIENCE", 0.0)
    model = _changed(lambda compute, x: {**compute(x), "rate": keras.ops.ones(len(x)) * float(x.sum())})
    model.compile("adam")
    for n in (8, 5, 3):
        model.train_on_batch(batch(n))
    assert capsys.readouterr().err.count("operation by operation") == 1


READERS = {
    "as an array of Keras": lambda x: float(keras.ops.convert_to_numpy(x).sum()),
    "as an array of NumPy": lambda x: float(np.asarray(x).sum()),
    "as a list": lambda x: sum(x.flatten().tolist()),
    "without a copy": lambda x: float(np.from_dlpack(x).sum()),
}


@pytest.mark.parametrize("how", READERS)
def test_model_that_reads_a_tensor_is_not_replayed_with_the_value_of_one_batch(how, capsys):
    model = _changed(lambda compute, x: {**compute(x), "rate": keras.ops.ones(8) * READERS[how](x)})
    model.compile("adam")
    for seed in range(3):
        x = np.random.default_rng(seed).integers(0, 2, batch(8).shape).astype("float32")
        rate = model.train_on_batch(x, return_dict=True)["rate"]
        model.reset_metrics()
        assert float(rate) == x.sum()
    assert not _step(model).programs
    assert "reads the value of a tensor" in capsys.readouterr().err


def test_model_that_splits_at_positions_is_replayed(capsys):
    """Keras reads the positions from a tensor, whose value is fixed."""

    def halves(compute, x):
        first, second = keras.ops.split(x, [3], axis=1)
        return compute(keras.ops.concatenate([first, second], axis=1))

    model = _changed(halves)
    model.compile("adam")
    for _ in range(3):
        model.train_on_batch(batch(8))
    assert _step(model).programs, capsys.readouterr().err


def test_accumulation_of_gradients_runs_operation_by_operation(monkeypatch, capsys):
    model, data = _vae()
    model.compile(keras.optimizers.Adam(gradient_accumulation_steps=2))
    for _ in range(3):
        model.train_on_batch(*data)
    assert not _step(model).programs
    assert "reads the value of a tensor" in capsys.readouterr().err


def test_draw_without_a_seed_of_keras_is_not_replayed(monkeypatch, capsys):
    model = _changed(lambda compute, x: compute(x * torch.rand(x.shape)))
    model.compile("adam")
    losses = [model.train_on_batch(batch(8)) for _ in range(3)]
    assert not _step(model).programs
    assert "without a seed" in capsys.readouterr().err
    assert len(set(map(float, np.ravel(losses)))) > 1


def test_state_outside_of_the_variables_is_noticed(capsys):
    calls = []

    def counted(compute, x):
        calls.append(x)
        return {name: value * len(calls) for name, value in compute(x).items()}

    model = _changed(counted)
    model.compile("adam")
    model.train_on_batch(batch(8))
    model.train_on_batch(batch(8))
    assert not _step(model).programs
    assert "gives other results" in capsys.readouterr().err


@pytest.mark.parametrize("layer", [keras.layers.Dropout(0.3), keras.layers.GaussianNoise(0.5)])
def test_random_layer_draws_new_numbers_in_each_replayed_step(layer, monkeypatch):
    def make():
        keras.utils.clear_session()
        inputs = keras.Input((8, 8, 1))
        h = keras.layers.Reshape((8, 8))(inputs)
        net = keras.Model(
            inputs, keras.layers.Dense(6)(keras.layers.Flatten()(type(layer).from_config(layer.get_config())(h)))
        )
        vae = MODELS["VAE"]()
        return type(vae)(net, vae.decoder), (batch(8),)

    model, found = _trained(make, monkeypatch)
    _, expected = _trained(make, monkeypatch, patience=np.inf)
    assert _step(model).programs
    assert found == expected


def test_short_last_batch_has_a_program_of_its_own():
    model, _ = _vae()
    model.compile("adam")
    model.fit(batch(20), batch_size=8, epochs=3, verbose=0)
    assert {key[1][0][0] for key in _step(model).programs} == {8, 4}


def test_frozen_layer_is_recorded_anew():
    model, data = _vae()
    model.compile("adam")
    for _ in range(3):
        model.train_on_batch(*data)
    model.encoder.trainable = False
    before = [variable.numpy() for variable in model.encoder.variables]
    model.compile("adam")
    for _ in range(3):
        model.train_on_batch(*data)
    assert _step(model).programs
    _assert_same(before, [variable.numpy() for variable in model.encoder.variables])


def test_scalars_and_rates_may_change_between_replayed_steps(monkeypatch):
    def trained(patience):
        monkeypatch.setattr(replay, "PATIENCE", patience)
        keras.utils.set_random_seed(0)
        model, data = _vae()
        model.compile(keras.optimizers.Adam(1e-3))
        logs = []
        for step in range(5):
            model.beta.assign(0.1 * step)
            model.optimizer.learning_rate = 1e-3 * (step + 1)
            logs.append(model.train_on_batch(*data, return_dict=True))
        return logs, _state(model)

    (found, state), (expected, expected_state) = trained(0.0), trained(np.inf)
    assert found == expected
    _assert_same(expected_state, state)


@pytest.mark.parametrize("debugging", ["run_eagerly", "detect_anomaly"])
def test_debugging_runs_every_operation_of_the_user(debugging):
    calls = []

    def counted(compute, x):
        calls.append(x)
        return compute(x)

    model = _changed(counted)
    model.compile("adam", run_eagerly=debugging == "run_eagerly")
    with torch.autograd.set_detect_anomaly(debugging == "detect_anomaly"):
        for _ in range(4):
            model.train_on_batch(batch(8))
    assert len(calls) == 4


@pytest.mark.slow
def test_compilation_by_inductor_gives_the_same_steps_to_four_digits(monkeypatch):
    _, expected = _trained(_vae, monkeypatch, patience=np.inf)
    model, found = _trained(_vae, monkeypatch, jit_compile=True)
    assert _step(model).programs
    for one, other in zip(expected, found, strict=True):
        assert other == pytest.approx(one, rel=1e-4)


def test_callbacks_are_called_in_the_thread_of_the_training():
    threads = set()

    class Recorded(keras.callbacks.Callback):
        async_safe = True

        def on_train_batch_end(self, batch, logs=None):
            threads.add(threading.current_thread())

    model, data = _vae()
    model.compile("adam")
    model.fit(*data, batch_size=4, verbose=0, callbacks=[Recorded()])
    assert threads == {threading.main_thread()}
