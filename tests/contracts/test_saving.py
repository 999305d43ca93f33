"""Every registered class round-trips, and a loaded model goes on as if it had never been away."""

import json
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import ops

import kvae
from tests.conftest import environment
from tests.contracts.models import EAGERLY, MODELS, ONE_OF_EACH, OTHERS, THOROUGH, answer, batch, data_for, fit

OTHERS_THAN_THIS = ("jax", "torch")
KVAE_CLASSES = {name.split(">")[1] for name in keras.saving.get_custom_objects() if name.startswith("kvae>")}


def test_the_table_holds_every_registered_class():
    assert {name.split(",")[0] for name in {**MODELS, **OTHERS}} == KVAE_CLASSES


@pytest.mark.parametrize("name", [*MODELS, *OTHERS])
def test_configuration_round_trip(name):
    made = {**MODELS, **OTHERS}[name]()
    text = json.dumps(keras.saving.serialize_keras_object(made))
    again = keras.saving.deserialize_keras_object(json.loads(text))
    assert type(again) is type(made)
    assert json.dumps(keras.saving.serialize_keras_object(again)) == text


@pytest.mark.parametrize("name", THOROUGH)
def test_saved_and_loaded(name, tmp_path):
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


def test_training_goes_on_after_loading(tmp_path):
    """Two epochs in one go equal one epoch, saving, loading, one epoch: with the moments of Adam, without noise."""
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
from kvae.capabilities import DECODER
folder, backend = pathlib.Path(sys.argv[1]), keras.backend.backend()
for path in folder.glob("*.keras"):
    model = keras.saving.load_model(path)
    x, *given = np.load(path.with_suffix(".npz")).values()
    answer = model.reconstruct(x, *given) if DECODER in model.capabilities else model.probabilities(x)
    np.save(path.with_suffix(f".{backend}.npy"), answer)
"""


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """One model of each class, trained a little and saved, what it answers here, and a file of what each other backend
    answers."""
    folder, answers = tmp_path_factory.mktemp("saved"), {}
    for name in ONE_OF_EACH:
        model = MODELS[name]()
        model.compile("adam", run_eagerly=EAGERLY)
        data = data_for(model, 8)
        fit(model, data, batch_size=8)
        model.save(folder / f"{name}.keras")
        np.savez(folder / f"{name}.npz", *data)
        answers[name] = answer(model, data)
    for backend in OTHERS_THAN_THIS:
        command = [sys.executable, "-c", LOAD_ALL, str(folder)]
        done = subprocess.run(command, env=environment(backend), cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
    return folder, answers


@pytest.mark.xdist_group("saved")
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="starts the other backends itself; once is enough")
@pytest.mark.parametrize("backend", OTHERS_THAN_THIS)
@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_another_backend_loads_it_and_answers_the_same(name, backend, saved):
    folder, answers = saved
    np.testing.assert_allclose(np.load(folder / f"{name}.{backend}.npy"), answers[name], atol=1e-5)


def test_an_annealed_beta_is_saved(tmp_path):
    model = MODELS["VAE"]()
    model.beta.assign(0.125)
    model.save(tmp_path / "model.keras")
    assert float(keras.saving.load_model(tmp_path / "model.keras").beta) == 0.125


@pytest.mark.parametrize("order", ["import keras, kvae", "import kvae, keras"])
def test_import_kvae_is_enough_to_load(order, tmp_path, run_python):
    MODELS["VAE"]().save(tmp_path / "model.keras")
    out = run_python(f"{order}\nprint(type(keras.saving.load_model({str(tmp_path / 'model.keras')!r})).__name__)")
    assert out.split()[-1] == "VAE"


def test_import_kvae_imports_no_keras(run_python):
    assert run_python("import sys, kvae; kvae.data; print('keras' in sys.modules)").split()[-1] == "False"
    assert kvae.__version__


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="chooses its backend itself; once is enough")
@pytest.mark.parametrize(
    "part", ["distributions", "evaluation", "training", "runs", "recipes.train"]
)  # one of each layer
def test_every_part_can_be_imported_first_and_registers_all(part, run_python):
    code = f"import kvae.{part}, keras; print('kvae>VAE' in keras.saving.get_custom_objects())"
    assert run_python(code, backend="jax").split()[-1] == "True"
