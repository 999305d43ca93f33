"""Weights of one model as the start of another."""

import numpy as np
import pytest
from keras import ops

from kvae import models, networks
from kvae.distributions import BinaryLabels
from kvae.errors import UserError
from kvae.training import warm_start
from tests.contracts.models import LATENT, MODELS, SHAPE


def _conv(latent=LATENT, width=4):
    return models.VAE(
        networks.conv_encoder(SHAPE, 2 * latent, width=width), networks.conv_decoder(latent, SHAPE, width=width)
    )


def _values(net):
    return [ops.convert_to_numpy(weight) for weight in net.weights]


def test_equal_nets_are_taken_whole_batch_statistics_included():
    source, model = _conv(), _conv()
    for weight in source.decoder.non_trainable_weights:
        weight.assign(np.full(weight.shape, 0.25))
    taken, left = warm_start(model, source)
    assert len(taken) == len(source.weights) - 1, "all but β"
    assert left == []
    for mine, theirs in zip(_values(model.decoder), _values(source.decoder), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_what_does_not_fit_stays_and_is_named():
    source, model = _conv(LATENT), _conv(LATENT + 1)
    before = _values(model.encoder)
    taken, left = warm_start(model, source)
    assert [line.split(":")[0] for line in left] == [
        "encoder/Dense 1 kernel",
        "encoder/Dense 1 bias",
        "decoder/Dense 1 kernel",
    ]
    assert left[2].endswith("4×64 here, 3×64 there")
    assert "encoder/StridedConv2D 1 kernel" in taken
    np.testing.assert_array_equal(_values(model.encoder)[0], _values(source.encoder)[0])
    np.testing.assert_array_equal(_values(model.encoder)[-2], before[-2])


def test_a_model_with_labels_begins_as_the_one_without():
    """Whatever the labels are, its codes and pictures are at first those of the model that never saw them."""
    mlp, labels, rng = networks.mlp, BinaryLabels(2), np.random.default_rng(0)
    source = models.VAE(mlp(SHAPE, 2 * LATENT, (5,)), mlp(LATENT, SHAPE, (5,)))
    model = models.CondVAE(mlp(SHAPE, 2 * LATENT, (5,), label_units=2), mlp(LATENT + 2, SHAPE, (5,)), labels)
    taken, left = warm_start(model, source)
    assert [name for name in taken if "labels" in name] == [
        f"{net}/Dense 1 kernel, 0 for its 2 labels" for net in ("encoder", "decoder")
    ]
    assert left == []
    x, y = rng.random((4, *SHAPE), "float32"), rng.integers(0, 2, (4, 2))
    np.testing.assert_allclose(model.reconstruct(x, y), source.reconstruct(x), rtol=1e-5, atol=1e-6)


def test_a_net_that_the_other_lacks_is_named():
    taken, left = warm_start(MODELS["VAEGAN"](), MODELS["VAE"]())
    assert any(line.startswith("discriminator: VAE has none") for line in left)
    assert any(name.startswith("encoder/") for name in taken)


def test_models_without_anything_in_common_are_refused():
    with pytest.raises(
        UserError, match=r"Expected a model with a network in common with Classifier: net\. Received: VAE"
    ):
        warm_start(MODELS["Classifier"](), MODELS["VAE"]())
