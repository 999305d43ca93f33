"""Statistics of the posterior, and the warning when it collapses."""

import numpy as np
import pytest

from kvae.callbacks import DecayLearningRate, LatentMonitor, PosteriorCollapse
from kvae.errors import UserError
from kvae.training.schedules import Constant
from tests.callbacks.training import fit
from tests.contracts.models import MODELS, batch


def _with_posterior(model, loc, log_scale):
    """Make q(z|x) the same N(loc, exp(log_scale)²) for every x."""
    dense = model.encoder.layers[-1]
    dense.kernel.assign(np.zeros(dense.kernel.shape, "float32"))
    dense.bias.assign(np.concatenate([loc, log_scale]).astype("float32"))


def test_latent_monitor_of_known_posterior_logs_its_statistics(vae):
    _with_posterior(vae, np.array([2.0, 0.0, -1.0]), np.log([0.5, 1.0, 2.0]))
    monitor = LatentMonitor(batch(16))
    monitor.set_model(vae)
    monitor.on_train_begin()
    logs = {}
    monitor.on_epoch_end(0, logs)
    assert logs["posterior_mean_min"] == pytest.approx(-1.0)
    assert logs["posterior_mean_max"] == pytest.approx(2.0)
    assert logs["posterior_std_min"] == pytest.approx(0.5)
    assert logs["posterior_std_max"] == pytest.approx(2.0)
    assert logs["active_units"] == 0  # the means do not depend on x
    assert logs["kl_unit/0"] == pytest.approx(0.5 * (0.25 + 4 - 1) - np.log(0.5), rel=1e-5)
    assert logs["kl_unit/1"] == pytest.approx(0.0, abs=1e-6)


def test_latent_monitor_of_collapsed_posterior_warns_once(vae):
    _with_posterior(vae, np.zeros(3), np.zeros(3))
    with pytest.warns(PosteriorCollapse, match="collapsed by epoch 3") as caught:
        fit(vae, LatentMonitor(batch(16)), DecayLearningRate(Constant(0.0)), epochs=5)
    assert len([w for w in caught if w.category is PosteriorCollapse]) == 1


def test_latent_monitor_of_model_without_posterior_is_refused():
    model = MODELS["Autoencoder"]()
    model.compile("sgd")
    with pytest.raises(UserError, match="a model with a posterior"):
        fit(model, LatentMonitor(batch(4)))
