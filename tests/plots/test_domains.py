"""Plots of latent codes by class and year."""

from PIL import Image

from kvae import evaluation
from kvae.plots.domains import save_plots
from tests.evaluation.known_models import NAMES, Shifts, SpatialShifts, clusters, conditioned, confusion, evaluated


def test_save_plots_draws_a_plot_of_each_computed_metric(tmp_path):
    model, batches, report = evaluated("MultiEncoder")
    saved = save_plots(tmp_path, model, batches, report["metrics"], batches)
    expected = {"latent-map", "attribution", "cross-encoding", "timeline-monet", "timeline-manet"}
    assert {path.stem for path in saved} == {path.stem for path in tmp_path.iterdir()} == expected
    for path in saved:
        with Image.open(path) as image:
            assert min(image.size) > 150
    assert save_plots(tmp_path / "none", model, batches, {}) == []


def test_save_plots_of_a_model_that_decodes_with_labels_draws_all_examples(tmp_path, monkeypatch):
    model, batches, report = evaluated("CondVAE, classes", 90)
    figures = {}
    for module in ("domains", "trajectories"):
        target = f"kvae.plots.{module}.save_figure"
        monkeypatch.setattr(target, lambda figure, path: figures.update({path.stem: figure}))
    save_plots(tmp_path, model, batches, report["metrics"], batches)
    assert set(figures) == {"latent-map", "attribution", *(f"timeline-{name}" for name in NAMES)}
    for panel in figures["latent-map"].axes:
        assert [len(points.get_offsets()) for points in panel.collections] == [30, 30, 30]
    cells = [int(text.get_text()) for text in figures["attribution"].axes[0].texts]
    assert cells == [count for row in confusion(report["metrics"]) for count in row]
    title = figures["attribution"].axes[0].get_title()
    for rule in ("accuracy", "lda_accuracy", "majority_baseline"):
        assert f"{report['metrics'][f'attribution.{rule}']:.3f}" in title


def test_save_plots_of_points_writes_the_same_files_for_codes_of_any_shape(rng, tmp_path):
    batches = conditioned(clusters(rng, (20, 20, 20), gap=3))
    for model in (Shifts([0.0, 1.0]), SpatialShifts([0.0, 1.0])):
        report = evaluation.evaluate(model, batches, ["separation", "cross_encoding"])
        saved = save_plots(tmp_path, model, batches, report["metrics"])
        assert [path.name for path in saved] == ["latent-map.png", "cross-encoding.png"]
