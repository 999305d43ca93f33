"""Active units of an encoder whose units are known."""

import numpy as np

from kvae.evaluation.collapse import active_units, collapse
from kvae.models import VAE
from kvae.networks import mlp
from kvae.training import Batches
from tests.contracts.models import MODELS, batch
from tests.evaluation.known_models import Copies, SpatialCopies


def test_collapse_counts_active_units_over_all_batches():
    """Unit 0 copies x, unit 1 is constant and unit 2 is x / 10: their variances are 0.25, 0 and 0.0025."""
    model = VAE(mlp(1, 6), mlp(3, 1), likelihood="normal")
    dense = model.encoder.layers[-1]
    dense.kernel.assign([[1.0, 0.0, 0.1, 0.0, 0.0, 0.0]])
    dense.bias.assign(np.zeros(6))
    x = np.repeat([[0.0], [1.0]], 50, axis=0).astype("float32")  # within a batch of 50, x is constant
    values = collapse(model, Batches(x, batch_size=50))
    assert values["active_units"] == 1
    np.testing.assert_allclose(values["kl_per_unit"], [0.25, 0.0, 0.0025], atol=1e-5)


def test_collapse_spatial_codes_equal_vectors(rng):
    batches = Batches(rng.standard_normal((20, 2)).astype("float32"), batch_size=8)
    values = collapse(SpatialCopies(), batches)
    assert values == collapse(Copies(), batches)
    assert len(values["kl_per_unit"]) == 2


def test_collapse_without_closed_form_reports_active_units_only():
    assert set(collapse(MODELS["LayeredVAE, two layers"](), Batches(batch(6)))) == {"active_units"}


def test_active_units_spatial_mean_counts_every_value(rng):
    mean = np.zeros((50, 2, 2, 3))
    mean[:, 0, 1, :2] = rng.standard_normal((50, 2))
    assert active_units(mean) == 2
