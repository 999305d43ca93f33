"""Pictures of what codes say of classes and years."""

import numpy as np
import pytest
from PIL import Image

from kvae import evaluation
from kvae.plots.domains import save_plots
from kvae.plots.trajectories import Trajectories
from tests.evaluation.examples import NAMES, Copies, Shifts, clusters, confusion, dated, trained


def test_a_way_goes_where_the_years_lead(rng):
    """z_1 = (year − 1880) / 3 but for noise."""
    ways = Trajectories(Copies(), dated(rng, 50), dated(rng, 4000, noise=0.01))
    assert set(ways.classes.values()) == {"monet", "manet"}
    times, way = ways.of(0)
    np.testing.assert_allclose(way[:, 1], 0, atol=0.25)
    assert (np.diff(way[:, 0]) > 0).all()
    assert way[len(way) // 2, 0] == pytest.approx((times[len(way) // 2] - 1880) / 3, abs=0.2)
    assert np.isfinite(ways.at(0, np.array([1500.0, 2500.0]))).all()


def test_pictures_of_what_was_computed(tmp_path):
    model, batches, report = trained("MultiEncoder")
    drawn = save_plots(tmp_path, model, batches, report["metrics"], batches)
    expected = {"latent-map", "attribution", "cross-encoding", "timeline-monet", "timeline-manet"}
    assert {path.stem for path in drawn} == {path.stem for path in tmp_path.iterdir()} == expected
    for path in drawn:
        with Image.open(path) as picture:
            assert min(picture.size) > 150
    assert save_plots(tmp_path / "none", model, batches, {}) == []


def test_pictures_of_a_model_that_decodes_with_labels(tmp_path, monkeypatch):
    model, batches, report = trained("CondVAE, classes", 90)
    drawn = {}
    for module in ("domains", "trajectories"):
        target = f"kvae.plots.{module}.save_figure"
        monkeypatch.setattr(target, lambda figure, path: drawn.update({path.stem: figure}))
    save_plots(tmp_path, model, batches, report["metrics"], batches)
    assert set(drawn) == {"latent-map", "attribution", *(f"timeline-{name}" for name in NAMES)}
    for panel in drawn["latent-map"].axes:
        assert [len(points.get_offsets()) for points in panel.collections] == [30, 30, 30]
    cells = [int(text.get_text()) for text in drawn["attribution"].axes[0].texts]
    assert cells == [count for row in confusion(report["metrics"]) for count in row]


def test_points_have_no_grid(rng, tmp_path):
    batches = clusters(rng, (20, 20, 20), gap=3)
    batches.y = batches.labels
    model = Shifts([0.0, 1.0])
    report = evaluation.evaluate(model, batches, ["separation", "cross_encoding"])
    assert [path.name for path in save_plots(tmp_path, model, batches, report["metrics"])] == [
        "latent-map.png",
        "cross-encoding.png",
    ]
