"""Traversal of single latent units with known results."""

import numpy as np
import pytest

from kvae.errors import ChoiceError
from kvae.latent.traversal import center_and_scale, informative_units, standard_units, traverse
from tests.contracts.models import MODELS, data_for, settle


def sigmoid(z):
    return 1 / (1 + np.exp(-np.asarray(z)))


def test_traverse_changes_one_unit_and_keeps_the_others(copies):
    x = traverse(copies, np.array([0.5, -1.0]), [1, 0], np.array([[-2.0, 0.0, 2.0], [0.0, 1.0, 2.0]]))
    assert x.shape == (2, 3, 1, 2, 1)
    np.testing.assert_allclose(x[0, :, 0, :, 0], sigmoid([[0.5, -2], [0.5, 0], [0.5, 2]]), rtol=1e-5)
    np.testing.assert_allclose(x[1, :, 0, :, 0], sigmoid([[0, -1], [1, -1], [2, -1]]), rtol=1e-5)


@pytest.mark.parametrize("unit", [2, -1])
def test_traverse_unknown_unit_is_refused(copies, unit):
    with pytest.raises(ChoiceError, match="Expected units from 0 to 1"):
        traverse(copies, np.zeros(2), [unit], np.zeros((1, 3)))


def test_traverse_unit_of_a_spatial_code_is_a_flat_index():
    model = MODELS["VAE, spatial code"]()
    settle(model)
    z = model.encode(*data_for(model, 1))[0]  # (2, 2, 2)
    x = traverse(model, z, [5], np.array([[3.0]]))
    changed = z.copy()
    changed[1, 0, 1] = 3.0
    np.testing.assert_allclose(x[0], model.decode(changed[None]), atol=1e-6)


def test_traverse_labels_hold_for_all_images():
    model = MODELS["CondVAE"]()
    settle(model)
    x, y = data_for(model, 1)
    z = model.encode(x, y)[0]
    images = traverse(model, z, [0, 2], np.array([[z[0], 1], [z[2], -1]]), y)
    np.testing.assert_allclose(images[:, 0], np.repeat(model.decode(z[None], y), 2, axis=0), atol=1e-6)


def test_informative_units_are_ordered_by_variance():
    z = np.array([[0.0, 1, 5], [0, 2, -5]])
    assert informative_units(z, 2) == [2, 1]
    assert informative_units(z.reshape(2, 1, 1, 3), 3) == [2, 1, 0]


def test_center_and_scale_measures_units_without_a_standard_prior():
    z = np.array([[1.0, 4], [3, 8]])
    mean, std = center_and_scale(np.array([True, False]), z)
    np.testing.assert_allclose(mean, [0, 6])
    np.testing.assert_allclose(std, [1, 2])


@pytest.mark.parametrize(
    ("name", "standard"),
    [("VAE", True), ("VAE, spatial code", True), ("CondVAE", True), ("Autoencoder", False)],
)
def test_standard_units_with_one_prior_are_all_or_none(name, standard):
    model = MODELS[name]()
    condition = data_for(model, 2)[1:]
    found = standard_units(model, *condition)
    assert found.shape == model.latent_shape
    assert (found == standard).all()


@pytest.mark.parametrize(("name", "expected"), [("CSVAE", [True, True, False]), ("CSVAE, mixture prior", [False] * 3)])
def test_standard_units_of_a_joint_prior_are_found_part_by_part(name, expected):
    model = MODELS[name]()
    settle(model)
    np.testing.assert_array_equal(standard_units(model, data_for(model, 2)[1]), expected)


@pytest.mark.parametrize("name", [name for name in MODELS if "mixture" in name or "vamp" in name.lower()])
def test_standard_units_of_other_priors_are_none(name):
    model = MODELS[name]()
    assert not standard_units(model, *data_for(model, 2)[1:]).any()
