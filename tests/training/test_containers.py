"""Data in any container that plain Keras takes, on every backend."""

import functools
import importlib

import keras
import numpy as np
import pytest
import scipy.sparse

from kvae.backends.arrays import as_array
from kvae.data import Split
from kvae.distributions import BinaryLabels
from kvae.errors import UserError
from kvae.models import VAE, CondVAE
from kvae.networks import mlp
from kvae.training import Batches
from kvae.training.containers import admitted

N, UNITS = 16, 8


def _x():
    return np.random.default_rng(0).integers(0, 2, (N, UNITS)).astype("float32")


def _y():
    return np.random.default_rng(1).integers(0, 2, (N, 1)).astype("uint8")


def _library(name):
    """Return a library, or skip the test if it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return pytest.skip(f"{name} is not installed")


class Table:
    """A table like that of a library for data frames, with columns of several types."""

    def __array__(self, dtype=None, copy=None):
        columns = [_x()[:, 0].astype(bool), *_x().T[1:]]
        return np.array([list(row) for row in zip(*columns, strict=True)], object).astype(dtype or object)


class Stream(keras.utils.PyDataset):
    """A `PyDataset` whose batches are those of a list."""

    def __init__(self, batches):
        super().__init__()
        self.batches = batches

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, index):
        return self.batches[index]


def _loader(form, batch_size=8, **options):
    torch = _library("torch")
    return torch.utils.data.DataLoader(form(torch), batch_size=batch_size, **options)


ARRAYS = {
    "list of one": lambda: [_x()],
    "tuple of one": lambda: (_x(),),
    "table": Table,
    "scipy.sparse": lambda: scipy.sparse.csr_array(_x()),
    "reversed": lambda: _x()[::-1, ::-1],
    "numpy bfloat16": lambda: _x().astype(_library("ml_dtypes").bfloat16),
    "torch": lambda: _library("torch").tensor(_x()),
    "torch with gradient": lambda: _library("torch").tensor(_x(), requires_grad=True),
    "torch bfloat16": lambda: _library("torch").tensor(_x()).bfloat16(),
    "torch sparse": lambda: _library("torch").tensor(_x()).to_sparse(),
    "jax": lambda: _library("jax.numpy").array(_x()),
    "jax bfloat16": lambda: _library("jax.numpy").array(_x(), "bfloat16"),
    "jax sparse": lambda: _library("jax.experimental.sparse").BCOO.fromdense(_x()),
    "tensorflow": lambda: _library("tensorflow").constant(_x()),
    "tensorflow bfloat16": lambda: _library("tensorflow").constant(_x(), "bfloat16"),
    "tensorflow sparse": lambda: _library("tensorflow").sparse.from_dense(_x()),
    "tensorflow ragged": lambda: _library("tensorflow").RaggedTensor.from_tensor(_x()),
}
"""Arrays that plain Keras takes on every backend, or that are easily made one of them."""

DATA_SETS = {
    "tf.data": lambda: _library("tensorflow").data.Dataset.from_tensor_slices(_x()).batch(8),
    "tf.data of tuples": lambda: _library("tensorflow").data.Dataset.from_tensor_slices((_x(),)).batch(8),
    "tf.data bfloat16": lambda: (
        _library("tensorflow").data.Dataset.from_tensor_slices(ARRAYS["tensorflow bfloat16"]()).batch(8)
    ),
    "DataLoader": lambda: _loader(lambda torch: torch.utils.data.TensorDataset(torch.tensor(_x()))),
    "DataLoader of tensors": lambda: _loader(lambda torch: torch.tensor(_x())),
    "DataLoader of arrays": lambda: _loader(lambda torch: _x()),
    "DataLoader bfloat16": lambda: _loader(lambda torch: torch.tensor(_x()).bfloat16()),
    "PyDataset": lambda: Stream([(_x()[:8],), (_x()[8:],)]),
    "PyDataset of arrays": lambda: Stream([_x()[:8], _x()[8:]]),
    "PyDataset of torch": lambda: Stream([(_library("torch").tensor(_x()),)]),
    "Batches": lambda: Batches(_x(), batch_size=8),
    "generator": lambda: ((_x()[i : i + 8],) for i in (0, 8)),
    "generator of arrays": lambda: (_x()[i : i + 8] for i in (0, 8)),
    "generator of lists": lambda: ([_x()[i : i + 8]] for i in (0, 8)),
    "generator of torch": lambda: ((_library("torch").tensor(_x()[i : i + 8]),) for i in (0, 8)),
    "iterator": lambda: iter([_x()[:8], _x()[8:]]),
}
"""Data sets of two batches, or of one."""

TYPES = [
    "?",
    "u1",
    "i1",
    "<u2",
    ">u2",
    "<u4",
    "<i4",
    ">i4",
    "<u8",
    ">i8",
    "<f2",
    ">f2",
    "<f4",
    ">f4",
    "<f8",
    ">f8",
    "g",
]


@functools.cache
def _vae():
    """Return one small compiled model that all tests of this file train, because compiling takes most of their time."""
    model = VAE(mlp(UNITS, 4), mlp(2, UNITS))
    model.compile("sgd", run_eagerly=True)  # a compiled step would not show its batches to Python
    return model


@pytest.fixture
def seen(monkeypatch):
    """The batches that the losses receive during `fit`."""
    found, computed = [], VAE.loss_terms

    @functools.wraps(computed)
    def recorded(self, x, training):
        found.append(keras.ops.convert_to_numpy(x))
        return computed(self, x, training)

    monkeypatch.setattr(VAE, "loss_terms", recorded)
    return found


def _trained_on(found):
    """Return the rows that a model was trained on, in a fixed order. Reversed rows and columns count as the same."""
    rows = np.concatenate(found)
    assert rows.dtype == np.float32
    return rows[np.lexsort(rows.T)]


def _in_order(x):
    return x[np.lexsort(x.T)]


@pytest.mark.parametrize("kind", ARRAYS)
def test_fit_takes_arrays_of_any_library(kind, seen):
    _vae().fit(ARRAYS[kind](), batch_size=8, verbose=0)
    expected = _x()[::-1, ::-1] if kind == "reversed" else _x()
    np.testing.assert_array_equal(_trained_on(seen), _in_order(expected))


@pytest.mark.parametrize("kind", DATA_SETS)
def test_fit_takes_data_sets_of_any_library(kind, seen):
    _vae().fit(DATA_SETS[kind](), verbose=0)
    np.testing.assert_array_equal(_trained_on(seen), _in_order(_x()))


@pytest.mark.parametrize("dtype", TYPES)
def test_fit_takes_any_type_of_numbers_and_byte_order(dtype, seen):
    _vae().fit(_x().astype(dtype), batch_size=8, verbose=0)
    np.testing.assert_array_equal(_trained_on(seen), _in_order(_x()))


@pytest.mark.parametrize("kind", ["torch bfloat16", "scipy.sparse", "table", "list of one"])
def test_evaluate_and_predict_take_arrays_of_any_library(kind):
    data = ARRAYS[kind]()
    assert _vae().evaluate(data, verbose=0, return_dict=True)["distortion"] > 0
    assert _vae().predict(data, verbose=0).shape == (N, UNITS)


def test_fit_takes_validation_data_of_any_kind():
    for data in (ARRAYS["torch"](), (ARRAYS["table"](),), DATA_SETS["DataLoader"](), DATA_SETS["generator"]()):
        history = _vae().fit(_x(), validation_data=data, verbose=0).history
        assert np.isfinite(history["val_loss"]).all()


@pytest.mark.parametrize("dtype", ["?", "u1", ">i4", "<u8", ">f8", "<f2"])
def test_fit_takes_labels_of_any_type(dtype):
    model = CondVAE(mlp(UNITS, 4, label_units=1), mlp(3, UNITS), labels=BinaryLabels(1))
    model.compile("sgd", run_eagerly=True)
    model.fit(_x().astype(dtype), [_y().astype(dtype)], batch_size=8, verbose=0)
    model.fit(Stream([[_x(), _y().astype(dtype)]]), verbose=0)
    assert model.encode(_x(), _y().astype(dtype)).shape == (N, 2)


@pytest.mark.parametrize(
    "kind", ["table", "torch bfloat16", "torch with gradient", "jax", "tensorflow", "scipy.sparse"]
)
def test_methods_take_arrays_of_any_library(kind):
    data = ARRAYS[kind]()
    np.testing.assert_array_equal(_vae().encode(data), _vae().encode(_x()))
    assert _vae().reconstruct(data).shape == (N, UNITS)
    assert _vae().train_on_batch(data, return_dict=True)["distortion"] > 0


REFUSED = {
    "text": ("pictures/", "numbers.*str"),
    "None": (None, "numbers.*NoneType"),
    "texts": (np.array([["a", "b"]]), "numbers.*dtype"),
    "numbers as texts": (np.array([["1", "0"]], object), "numbers"),
    "bytes": (b"abc", "numbers"),
    "number": (3, "examples"),
    "array of no axes": (np.array(3), "examples"),
    "split": (Split(_x()), "numbers.*Split"),
    "set": ({1, 2}, "numbers.*set"),
    "complex": (np.zeros((4, UNITS), "complex64"), "numbers.*complex64"),
    "dates": (np.zeros((4, UNITS), "datetime64[s]"), "numbers.*datetime64"),
    "records": (np.zeros(4, [("a", "f4")]), "numbers"),
    "two inputs": ([_x(), _x()], "one array.*list of 2"),
    "rows": ([[0.0] * UNITS, [1.0] * UNITS], "one array.*list of 2"),
    "dict": ({"x": _x()}, "one array.*dict"),
    "empty list": ([], "one array.*list of 0"),
    "no examples": (_x()[:0], "empty"),
    "empty generator": (iter(()), "at least one batch"),
    "generator of texts": (iter(["a"]), "numbers"),
    "PyDataset of two inputs": (Stream([([_x(), _x()],)]), "one array"),
    "weights": (Stream([(_x(), None, np.ones(N))]), "without weights"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_fit_refuses_other_data_in_one_sentence(kind, seen):
    data, message = REFUSED[kind]
    with pytest.raises(UserError, match=message) as error:
        _vae().fit(data, verbose=0)
    assert "\n" not in str(error.value)
    assert not seen


def test_fit_of_a_data_set_and_labels_is_refused():
    with pytest.raises(UserError, match="batches of a data set"):
        _vae().fit(DATA_SETS["PyDataset"](), _y(), verbose=0)


def test_fit_checks_the_first_batch_of_a_generator_and_trains_on_it(seen):
    with pytest.raises(UserError, match=r"in \[0, 1\]"):
        _vae().fit((batch * 255 for batch in [_x()]), verbose=0)
    _vae().fit((batch for batch in [_x()]), verbose=0)
    assert len(seen) == 1


def test_arrays_of_common_types_are_not_copied():
    x = _x()
    assert as_array(x) is x
    assert admitted([x])[0] is x


def test_data_set_of_keras_keeps_its_hooks():
    calls = []

    class Counting(Stream):
        def on_epoch_begin(self):
            calls.append("begin")

        def on_epoch_end(self):
            calls.append("end")

    _vae().fit(Counting([(_x(),)]), epochs=2, verbose=0)
    assert calls.count("begin") == 2


def test_models_of_float64_train_in_float64():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float64")
    try:
        model = VAE(mlp(UNITS, 4), mlp(2, UNITS))
        model.compile("sgd")
        assert np.isfinite(model.fit(_x(), verbose=0).history["loss"]).all()
    finally:
        keras.config.set_dtype_policy(before)
