"""Checkpoints that fit the model, those of another model, and archives that unpack to too much."""

import zipfile

import keras
import numpy as np
import pytest

from kvae.errors import UserError
from kvae.training import checkpoint
from tests.contracts.models import MODELS


def _values(model):
    return [keras.ops.convert_to_numpy(variable).copy() for variable in model.variables]


@pytest.fixture
def saved(tmp_path):
    """A compiled model and its checkpoint."""
    model = MODELS["VAE"]()
    model.compile("adam")
    checkpoint.save(tmp_path / "state.npz", model, {"epochs": []})
    return model, tmp_path / "state.npz"


def test_restore_weights_needs_no_optimizer(saved):
    model, path = saved
    other = MODELS["VAE"]()
    checkpoint.restore_weights(path, other)
    for found, expected in zip(_values(other), _values(model), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_restore_reads_arrays_of_another_byte_order(saved):
    model, path = saved
    with np.load(path) as archive:
        arrays = {name: archive[name] for name in archive.files}
    np.savez(path, **{name: x.astype(x.dtype.newbyteorder(">")) if x.ndim else x for name, x in arrays.items()})
    before = _values(model)
    checkpoint.restore_weights(path, model)
    for found, expected in zip(_values(model), before, strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("restore", [checkpoint.restore, checkpoint.restore_weights])
def test_restore_of_another_model_is_refused_and_changes_nothing(restore, saved):
    other = MODELS["Classifier"]()
    other.compile("adam")
    before = _values(other)
    with pytest.raises(UserError, match="present arguments"):
        restore(saved[1], other)
    for found, expected in zip(_values(other), before, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_progress_of_too_many_characters_is_refused(saved, monkeypatch):
    monkeypatch.setattr("kvae.training.checkpoint.MAX_JSON", 10)
    with pytest.raises(UserError, match="not a text of at most 10 characters"):
        checkpoint.read_progress(saved[1])


def test_array_that_is_packed_without_a_bound_is_refused(saved):
    model, path = saved
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("progress.npy", b"x")
    with pytest.raises(UserError, match="a method other than deflate"):
        checkpoint.restore(path, model)
