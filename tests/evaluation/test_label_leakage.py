"""Divergences with known answers, and codes that tell labels or do not."""

import numpy as np
import pytest

from kvae.evaluation import evaluate
from kvae.evaluation.label_divergence import divergence, knn_divergence
from kvae.evaluation.label_leakage import leakage
from kvae.models import VAE
from kvae.networks import mlp
from kvae.plots.scatter import save_planes
from kvae.training import Batches
from tests.contracts.models import MODELS, data_for


def test_two_normals(rng):
    """KL(N(0, 1) ‖ N(2, 1)) = 2; the estimator is known to say about 1.8 from 1,000 points."""
    estimates = [knn_divergence(rng.standard_normal((1000, 1)), 2 + rng.standard_normal((1000, 1))) for _ in range(5)]
    assert np.mean(estimates) == pytest.approx(1.85, abs=0.15)


def test_normals_of_different_widths_in_two_dimensions(rng):
    """KL(N(0, σ²) ‖ N(0, 1)) = d (σ² − 1 − 2 log σ) / 2; the sets may be of different sizes."""
    wide = rng.standard_normal((6000, 2))
    for scale, n in ((0.5, 4000), (0.8, 3000), (1.3, 3000)):
        exact = scale**2 - 1 - 2 * np.log(scale)
        assert knn_divergence(scale * rng.standard_normal((n, 2)), wide) == pytest.approx(exact, abs=0.08)


def test_one_distribution(rng):
    assert abs(knn_divergence(rng.standard_normal((3000, 2)), rng.standard_normal((1000, 2)))) < 0.1


def test_points_that_coincide_are_left_out(rng):
    x = np.concatenate([np.zeros((50, 2)), rng.standard_normal((500, 2))])
    assert np.isfinite(knn_divergence(x, rng.standard_normal((500, 2))))


@pytest.fixture
def copies():
    """A VAE whose code is x, but for noise of a tenth."""
    model = VAE(mlp(2, 4), mlp(2, 2), likelihood="normal")
    model.encoder.layers[-1].kernel.assign(np.eye(2, 4))
    model.encoder.layers[-1].bias.assign([0, 0, np.log(0.1), np.log(0.1)])
    return model


def test_codes_that_tell_the_label(copies, rng):
    """Normals whose means are √2 apart: the divergence is ½ (√2)² = 1, the best AUC Φ(√2 / √2) = 0.841."""
    y = rng.integers(0, 2, 4000)
    x = (rng.standard_normal((4000, 2)) + y[:, None]).astype("float32")
    batches = Batches(x, batch_size=300, labels=y)
    assert divergence(copies, batches)["divergence.z"] == pytest.approx(1, abs=0.12)
    assert leakage(copies, batches)["leakage.z"] == pytest.approx(0.84, abs=0.03)


def test_codes_that_do_not(copies, rng):
    y = (rng.random((2000, 2)) < 0.3).astype(int)
    batches = Batches(rng.standard_normal((2000, 2)).astype("float32"), labels=y)
    assert abs(divergence(copies, batches)["divergence.z"]) < 0.1
    assert leakage(copies, batches)["leakage.z"] == pytest.approx(0.5, abs=0.06)


def test_every_part_of_a_code_has_its_own(rng):
    model = MODELS["CSVAE"]()
    x, y = data_for(model, 80)
    report = evaluate(model, Batches(x, y, batch_size=32), ["divergence", "leakage"])
    assert set(report["metrics"]) == {"divergence.z", "divergence.w", "leakage.z", "leakage.w"}


def test_data_without_labels(copies, rng):
    report = evaluate(copies, Batches(rng.random((20, 2)).astype("float32")), ["divergence", "leakage"])
    assert report["skipped"] == dict.fromkeys(("divergence", "leakage"), "the data have no labels")


def test_a_model_without_labels_is_asked_for_them_only_by_name(copies, rng):
    batches = Batches(rng.random((30, 2)).astype("float32"), labels=rng.integers(0, 2, 30))
    assert not {"divergence.z", "leakage.z"} & set(evaluate(copies, batches, nll={"samples": 2})["metrics"])


@pytest.mark.parametrize("name", ["CSVAE", "CSVAE, classes", "CSVAE, no adversary"])
def test_planes_show_every_part_for_every_label(name, tmp_path, monkeypatch):
    model = MODELS[name]()
    x, y = data_for(model, 60)
    drawn = []
    monkeypatch.setattr("kvae.plots.scatter.save_figure", lambda figure, path: drawn.append(figure))
    save_planes(tmp_path / "planes.png", model, Batches(x, y))
    panels = drawn[0].axes
    labels = {"CSVAE": 2, "CSVAE, classes": 3, "CSVAE, no adversary": 1}[name]
    assert len(panels) == 2 * labels
    for panel in panels:
        zeros, ones = panel.collections
        assert len(zeros.get_offsets()) + len(ones.get_offsets()) == 60
        assert "nats, AUC" in panel.get_title()
    held = np.eye(3)[y] if model.labels.exclusive else np.reshape(y, (60, -1))
    for row in range(labels):
        assert len(panels[2 * row].collections[1].get_offsets()) == held[:, row].sum()
