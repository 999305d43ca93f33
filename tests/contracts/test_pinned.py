"""Pinned results. From the state saved by version 0.1.0, every model trains and computes as in that version."""

import keras
import numpy as np
import pytest

from tests.contracts.models import EAGERLY
from tests.fixtures.pinned import FOLDER, load_batch, load_outcome, load_pinned, outcome

VERSION = "0.1.0"
PINNED = sorted(folder.name for folder in (FOLDER / VERSION).iterdir())
TOLERANCE = {"rtol": 1e-5, "atol": 1e-5}

COMPILED = ("vae", "csvae", "vaegan")
"""Models that are also tested as a graph on TensorFlow. Building graphs of all models would take too long."""


def check(name, run_eagerly):
    folder = FOLDER / VERSION / name
    model = load_pinned(folder)
    model.run_eagerly = run_eagerly
    found, expected = outcome(model, *load_batch(folder)), load_outcome(folder)
    for i, (terms, pinned) in enumerate(zip(found["rounds"], expected["rounds"], strict=True)):
        check_terms(terms, pinned, f"round {i}")
    for (path, value), (_, pinned) in zip(found["variables"], expected["variables"], strict=True):
        np.testing.assert_allclose(value, pinned, **TOLERANCE, err_msg=path)
    np.testing.assert_allclose(found["answer"], expected["answer"], **TOLERANCE)
    check_terms(found["test"], expected["test"], "test round")


def check_terms(found, expected, where):
    assert set(found) == set(expected)
    for term, value in found.items():
        np.testing.assert_allclose(value, expected[term], **TOLERANCE, err_msg=f"{term}, {where}")


def test_pinned_folder_holds_every_model_of_0_1_0():
    assert len(PINNED) == 28


@pytest.mark.parametrize("name", PINNED)
def test_pinned_model_trains_as_in_0_1_0(name):
    check(name, EAGERLY)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="on JAX and PyTorch there is one mode only")
@pytest.mark.parametrize("name", COMPILED)
def test_pinned_model_compiled_trains_as_in_0_1_0(name):
    check(name, False)
