"""Saving and loading of every registered class, on the same and on another backend."""

import json
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import ops

import kvae
from kvae.capabilities import TRANSLATION
from tests.conftest import environment
from tests.contracts.models import (
    ALL_ON_TENSORFLOW,
    EAGERLY,
    MODELS,
    ONE_OF_EACH,
    OTHER_CLASSES,
    answer,
    batch,
    data_for,
    fit,
    to_translate,
)

OTHER_BACKENDS = ("jax", "torch")
KVAE_CLASSES = {name.split(">")[1] for name in keras.saving.get_custom_objects() if name.startswith("kvae>")}


def test_table_of_models_holds_every_registered_class():
    assert {name.split(",")[0] for name in {**MODELS, **OTHER_CLASSES}} == KVAE_CLASSES


@pytest.mark.parametrize("name", [*MODELS, *OTHER_CLASSES])
def test_configuration_after_round_trip_is_equal(name):
    made = {**MODELS, **OTHER_CLASSES}[name]()
    text = json.dumps(keras.saving.serialize_keras_object(made))
    again = keras.saving.deserialize_keras_object(json.loads(text))
    assert type(again) is type(made)
    assert json.dumps(keras.saving.serialize_keras_object(again)) == text


@pytest.mark.parametrize("name", ALL_ON_TENSORFLOW)
def test_loaded_model_gives_the_same_answers_and_optimizer_state(name, tmp_path):
    model = MODELS[name]()
    model.compile(keras.optimizers.Adam(1e-2), run_eagerly=EAGERLY)
    data = data_for(model, 16)
    fit(model, data, batch_size=8)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(answer(loaded, data), answer(model, data))
    assert len(loaded.optimizer.variables) == len(model.optimizer.variables) > len(model.trainable_variables)
    for a, b in zip(loaded.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(ops.convert_to_numpy(a), ops.convert_to_numpy(b))


def test_loaded_model_continues_training_exactly(tmp_path):
    """One epoch, saving, loading and one epoch equal two epochs, for a model without noise, trained by Adam."""
    keras.utils.set_random_seed(0)
    model = MODELS["Autoencoder"]()
    model.compile(keras.optimizers.Adam(1e-2))
    x = batch(16)
    model.fit(x, batch_size=8, shuffle=False, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for each in (model, loaded):
        each.fit(x, batch_size=8, shuffle=False, verbose=0)
    for a, b in zip(loaded.variables, model.variables, strict=True):
        np.testing.assert_array_equal(ops.convert_to_numpy(a), ops.convert_to_numpy(b))


LOAD_ALL = """
import keras, kvae, numpy as np, pathlib, sys
from kvae.capabilities import DECODER, TRANSLATION
folder, backend = pathlib.Path(sys.argv[1]), keras.backend.backend()
for path in folder.glob("*.keras"):
    model = keras.saving.load_model(path)
    x, *given = np.load(path.with_suffix(".npz")).values()
    if TRANSLATION in model.capabilities:
        answer = model.translate(x, *(each if each.ndim else each.item() for each in given))
    else:
        answer = model.reconstruct(x, *given) if DECODER in model.capabilities else model.probabilities(x)
    np.save(path.with_suffix(f".{backend}.npy"), answer)
"""


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A folder with one trained model of each class, and the outputs of these models on this backend.

    The folder also holds the outputs of the loaded models on each other backend.
    """
    folder, answers = tmp_path_factory.mktemp("saved"), {}
    for name in ONE_OF_EACH:
        model = MODELS[name]()
        model.compile("adam", run_eagerly=EAGERLY)
        data = data_for(model, 8)
        fit(model, data, batch_size=8)
        model.save(folder / f"{name}.keras")
        np.savez(folder / f"{name}.npz", *(to_translate(model, data) if TRANSLATION in model.capabilities else data))
        answers[name] = answer(model, data)
    for backend in OTHER_BACKENDS:
        command = [sys.executable, "-c", LOAD_ALL, str(folder)]
        done = subprocess.run(command, env=environment(backend), cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
    return folder, answers


@pytest.mark.xdist_group("saved")
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="it starts the other backends itself")
@pytest.mark.parametrize("backend", OTHER_BACKENDS)
@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_loaded_model_on_another_backend_gives_the_same_answers(name, backend, saved):
    folder, answers = saved
    np.testing.assert_allclose(np.load(folder / f"{name}.{backend}.npy"), answers[name], atol=1e-5)


def test_loaded_model_keeps_the_value_of_beta(tmp_path):
    model = MODELS["VAE"]()
    model.beta.assign(0.125)
    model.save(tmp_path / "model.keras")
    assert float(keras.saving.load_model(tmp_path / "model.keras").beta) == 0.125


@pytest.mark.parametrize("order", ["import keras, kvae", "import kvae, keras"])
def test_load_model_after_import_of_kvae_succeeds(order, tmp_path, run_python):
    MODELS["VAE"]().save(tmp_path / "model.keras")
    out = run_python(f"{order}\nprint(type(keras.saving.load_model({str(tmp_path / 'model.keras')!r})).__name__)")
    assert out.split()[-1] == "VAE"


def test_import_of_kvae_does_not_import_keras(run_python):
    assert run_python("import sys, kvae; kvae.data; print('keras' in sys.modules)").split()[-1] == "False"
    assert kvae.__version__


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="it sets the backend itself")
# One part of several layers each.
@pytest.mark.parametrize("part", ["distributions", "evaluation", "training", "runs", "recipes.train"])
def test_import_of_any_part_first_registers_all_classes(part, run_python):
    code = f"import kvae.{part}, keras; print('kvae>VAE' in keras.saving.get_custom_objects())"
    assert run_python(code, backend="jax").split()[-1] == "True"
