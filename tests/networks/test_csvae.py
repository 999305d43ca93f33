"""Priors and posteriors of the label code of a CSVAE."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.distributions import BinaryLabels
from kvae.errors import UserError
from kvae.models import CSVAE
from kvae.networks import fixed_label_prior, mlp, residual_posterior


def test_fixed_label_prior_separates_labels_and_has_no_trainable_weights():
    prior = fixed_label_prior(2, units_per_label=2)
    outputs = ops.convert_to_numpy(prior(np.array([[0.0, 1.0], [1.0, 1.0]])))
    mean, log_scale = np.split(outputs, 2, axis=-1)
    np.testing.assert_allclose(mean, [[0, 0, 3, 3], [3, 3, 3, 3]])
    np.testing.assert_allclose(np.exp(log_scale), [[0.1, 0.1, 1, 1], [1, 1, 1, 1]], rtol=1e-6)
    assert prior.trainable_variables == []


def test_residual_posterior_of_a_network_of_zeros_equals_the_prior(rng):
    prior, net = fixed_label_prior(2), mlp((3,), 4, label_units=2)
    net.set_weights([np.zeros_like(weight) for weight in net.get_weights()])
    posterior = residual_posterior(net, prior)
    x, y = rng.random((5, 3), "float32"), np.eye(2, dtype="float32")[[0, 1, 1, 0, 1]]
    np.testing.assert_allclose(*(ops.convert_to_numpy(h) for h in (posterior([x, y]), prior(y))))
    assert len(posterior.trainable_variables) == len(net.trainable_variables)


def test_residual_posterior_is_saved_and_loaded_together_with_its_prior(tmp_path, rng):
    prior = fixed_label_prior(1)
    x, y = rng.random((4, 6), "float32"), np.eye(2, dtype="float32")[[0, 1, 1, 0], :1]
    model = CSVAE(
        encoder=mlp((6,), 4),
        label_encoder=residual_posterior(mlp((6,), 2, label_units=1), prior),
        label_prior=prior,
        decoder=mlp(3, (6,)),
        adversary=None,
        labels=BinaryLabels(1),
    )
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again.encode(x, y), model.encode(x, y))


def test_residual_posterior_of_a_trainable_prior_raises():
    with pytest.raises(UserError, match=r"a fixed prior\. Received: p with trainable weights"):
        residual_posterior(mlp((3,), 4, label_units=2), mlp(2, 4, name="p"))
