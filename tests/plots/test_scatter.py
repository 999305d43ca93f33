"""Scatter plots of codes."""

import numpy as np
import pytest

from kvae.plots.scatter import save_planes, to_plane
from kvae.training import Batches
from tests.contracts.models import MODELS, data_for


@pytest.mark.parametrize("name", ["CSVAE", "CSVAE, classes", "CSVAE, no adversary"])
def test_save_planes_draws_every_part_for_every_label(name, tmp_path, monkeypatch):
    model = MODELS[name]()
    x, y = data_for(model, 60)
    figures = []
    monkeypatch.setattr("kvae.plots.scatter.save_figure", lambda figure, path: figures.append(figure))
    save_planes(tmp_path / "planes.png", model, Batches(x, y))
    panels = figures[0].axes
    labels = {"CSVAE": 2, "CSVAE, classes": 3, "CSVAE, no adversary": 1}[name]
    assert len(panels) == 2 * labels
    for panel in panels:
        zeros, ones = panel.collections
        assert len(zeros.get_offsets()) + len(ones.get_offsets()) == 60
        assert "nats, AUC" in panel.get_title()
    has_label = np.eye(3)[y] if model.labels.exclusive else np.reshape(y, (60, -1))
    for row in range(labels):
        assert len(panels[2 * row].collections[1].get_offsets()) == has_label[:, row].sum()


@pytest.mark.parametrize("name", ["VAE, spatial code", "VAE, flow"])
def test_save_planes_any_posterior_and_code_writes_a_file(name, tmp_path):
    model = MODELS[name]()
    (x,) = data_for(model, 60)
    save_planes(tmp_path / "planes.png", model, Batches(x, labels=np.arange(60) % 2))
    assert (tmp_path / "planes.png").stat().st_size > 1000


@pytest.mark.parametrize("units", [1, 2, 5])
def test_to_plane_any_number_of_units_gives_two_coordinates(rng, units):
    z = rng.standard_normal((10, units))
    plane = to_plane(z)
    assert plane.shape == (10, 2)
    if units <= 2:
        np.testing.assert_array_equal(plane[:, :units], z)
