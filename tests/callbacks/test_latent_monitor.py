"""Statistics of the posterior, and the warning when no latent unit is active."""

import numpy as np
import pytest

from kvae.callbacks import DecayLearningRate, LatentMonitor, PosteriorCollapse, latent_monitor
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


def test_latent_monitor_of_collapsed_posterior_warns_once(vae, monkeypatch):
    _with_posterior(vae, np.zeros(3), np.zeros(3))
    monkeypatch.setattr(latent_monitor, "FEW_STEPS", 8)
    with pytest.warns(PosteriorCollapse, match=r"after epoch 3\. The posterior has collapsed, .* beta") as caught:
        fit(vae, LatentMonitor(batch(16)), DecayLearningRate(Constant(0.0)), epochs=5)
    assert len([w for w in caught if w.category is PosteriorCollapse]) == 1


def test_latent_monitor_after_few_steps_warns_at_the_end_that_the_model_is_undertrained(vae):
    _with_posterior(vae, np.zeros(3), np.zeros(3))
    with pytest.warns(
        PosteriorCollapse, match=r"after epoch 4\. The model is undertrained: it has made 16 training"
    ) as caught:
        fit(vae, LatentMonitor(batch(16)), DecayLearningRate(Constant(0.0)), epochs=4)
    assert "beta" not in str(caught[0].message)


def test_latent_monitor_of_layers_that_differ_in_training_names_them(vae):
    _with_posterior(vae, np.zeros(3), np.zeros(3))
    monitor = LatentMonitor(batch(16))
    monitor.set_model(vae)
    monitor.on_train_begin()
    monitor.on_epoch_end(0, {"rate": 37.0})
    with pytest.warns(
        PosteriorCollapse, match=r"37\.0 nats in training and 0\.0 nats in inference .* batch norm may lag"
    ):
        monitor.on_train_end()


def test_latent_monitor_of_active_units_does_not_warn(vae, recwarn):
    kernel = vae.encoder.layers[-1].kernel
    kernel.assign(10 * kernel)
    fit(vae, LatentMonitor(batch(16)), epochs=4)
    assert not [w for w in recwarn if w.category is PosteriorCollapse]


def test_latent_monitor_of_model_without_posterior_is_refused():
    model = MODELS["Autoencoder"]()
    model.compile("sgd")
    with pytest.raises(UserError, match="a model with a posterior"):
        fit(model, LatentMonitor(batch(4)))


def test_latent_monitor_of_a_spatial_code_logs_no_single_units():
    model = MODELS["VAE, spatial code"]()
    model.compile("sgd")
    monitor, logs = LatentMonitor(batch(4)), {}
    monitor.set_model(model)
    monitor.on_train_begin()
    monitor.on_epoch_end(0, logs)
    assert not [name for name in logs if name.startswith("kl_unit/")]
    assert monitor.inferred_rate == pytest.approx(model.rate_per_unit(batch(4)).mean(axis=0).sum(), rel=1e-5)
