"""Comparisons of runs whose histories are known."""

import itertools

import numpy as np
import pytest
from PIL import Image

from kvae.plots.comparison import Contender, image_counts, save_comparison, summary

HISTORY = {
    "epoch": np.array([1.0, 2.0]),
    "val_elbo": np.array([-9.0, -7.0]),
    "rate": np.array([1.0, 2.0]),
    "active_units": np.array([0.0, 3.0]),
    "posterior_std_min": np.array([0.5, 0.1]),
    "posterior_std_max": np.array([1.0, 1.0]),
}


def test_summary_prefers_metrics_to_the_last_epoch():
    assert summary(Contender("a", HISTORY, {"elbo": -6.5})) == {
        "epochs": 2,
        "elbo": -6.5,
        "rate": 2.0,
        "active_units": 3,
        "posterior_std_min": 0.1,
        "posterior_std_max": 1.0,
    }
    assert summary(Contender("a", {})) == {}


def test_summary_averages_the_validation_loss_over_all_epochs():
    row = summary(Contender("a", {"epoch": np.array([1, 2]), "val_loss": np.array([4.0, 2.0])}))
    assert (row["mean_val_loss"], row["loss"]) == (3.0, 2.0)


@pytest.mark.parametrize("n", [1, 4, 9])
def test_save_comparison_any_number_of_contenders_writes_a_file(tmp_path, rng, n):
    examples, samples = image_counts(n)
    x = rng.random((examples, 8, 8, 1))
    some = [Contender(f"run {i}", HISTORY, {}, x, x, {"prior": rng.random((samples, 8, 8, 3))}) for i in range(n)]
    save_comparison(tmp_path / "many.png", [*some, Contender("no images", {})])
    assert Image.open(tmp_path / "many.png").height > 500


def test_save_comparison_large_images_are_also_shown_enlarged(tmp_path, rng):
    heights = []
    for side in (32, 64):
        x = rng.random((8, side, side, 3))
        save_comparison(tmp_path / f"{side}.png", [Contender("a", HISTORY, {}, x, x)])
        heights.append(Image.open(tmp_path / f"{side}.png").height)
    assert heights[1] > 1.2 * heights[0]


def test_save_comparison_has_a_row_of_samples_for_each_sampler_with_its_name(tmp_path, rng, monkeypatch):
    figures = []
    monkeypatch.setattr("kvae.plots.comparison.save_figure", lambda figure, path: figures.append(figure))
    x = rng.random((image_counts(2)[1], 8, 8, 1))
    vae, autoencoder = {"prior": x, "flow": x}, {"mixture": x}
    some = [Contender("a", HISTORY, samples=vae), Contender("b", HISTORY, samples=autoencoder)]
    save_comparison(tmp_path / "rows.png", some)
    drawn = {panel.get_ylabel(): panel for panel in figures[0].get_axes() if "sampler" in panel.get_ylabel()}
    assert list(drawn) == [f"samples\nsampler: {name}" for name in ("prior", "flow", "mixture")]
    assert [len(panel.images) for panel in drawn.values()] == [1, 1, 0]


def test_save_comparison_without_images_draws_curves(tmp_path):
    save_comparison(tmp_path / "curves.png", [Contender("a", HISTORY)])
    assert (tmp_path / "curves.png").is_file()


@pytest.mark.parametrize("n", [5, 6, 9])
def test_save_comparison_captions_do_not_overlap(tmp_path, rng, monkeypatch, n):
    figures = []
    monkeypatch.setattr("kvae.plots.comparison.save_figure", lambda figure, path: figures.append(figure))
    x = rng.random((image_counts(n)[0], 8, 8, 1))
    metrics = {"rate": 431.4, "distortion": 723.2, "mse": 0.0071, "checkerboard": 0.99}
    save_comparison(tmp_path / "many.png", [Contender("run", HISTORY, metrics, x, x)] * n)
    figures[0].canvas.draw()
    titles = [panel.title for panel in figures[0].get_axes() if "checkerboard" in panel.get_title()]
    boxes = [title.get_window_extent() for title in titles]
    assert len(boxes) == n
    assert all(left.x1 < right.x0 for left, right in itertools.pairwise(boxes))
