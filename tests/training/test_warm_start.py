"""Weights copied from another model."""

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


def test_warm_start_of_equal_networks_copies_all_weights_and_batch_statistics():
    source, model = _conv(), _conv()
    for weight in source.decoder.non_trainable_weights:
        weight.assign(np.full(weight.shape, 0.25))
    copied, kept = warm_start(model, source)
    assert len(copied) == len(source.weights) - 1, "all but β"
    assert kept == []
    for mine, theirs in zip(_values(model.decoder), _values(source.decoder), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_warm_start_keeps_and_names_arrays_of_other_shapes():
    source, model = _conv(LATENT), _conv(LATENT + 1)
    before = _values(model.encoder)
    copied, kept = warm_start(model, source)
    assert [line.split(":")[0] for line in kept] == [
        "encoder/Dense 1 kernel",
        "encoder/Dense 1 bias",
        "decoder/Dense 1 kernel",
    ]
    assert kept[2].endswith("4×64 here, 3×64 in the source")
    assert "encoder/StridedConv2D 1 kernel" in copied
    np.testing.assert_array_equal(_values(model.encoder)[0], _values(source.encoder)[0])
    np.testing.assert_array_equal(_values(model.encoder)[-2], before[-2])


def test_warm_start_of_labelled_model_computes_what_the_source_computes():
    """Its reconstructions do not depend on the labels at first."""
    mlp, labels, rng = networks.mlp, BinaryLabels(2), np.random.default_rng(0)
    source = models.VAE(mlp(SHAPE, 2 * LATENT, (5,)), mlp(LATENT, SHAPE, (5,)))
    model = models.CondVAE(mlp(SHAPE, 2 * LATENT, (5,), label_units=2), mlp(LATENT + 2, SHAPE, (5,)), labels)
    copied, kept = warm_start(model, source)
    assert [name for name in copied if "labels" in name] == [
        f"{net}/Dense 1 kernel, 0 for its 2 labels" for net in ("encoder", "decoder")
    ]
    assert kept == []
    x, y = rng.random((4, *SHAPE), "float32"), rng.integers(0, 2, (4, 2))
    np.testing.assert_allclose(model.reconstruct(x, y), source.reconstruct(x), rtol=1e-5, atol=1e-6)


def test_warm_start_names_networks_that_the_source_lacks():
    copied, kept = warm_start(MODELS["VAEGAN"](), MODELS["VAE"]())
    assert any(line.startswith("discriminator: VAE has none") for line in kept)
    assert any(name.startswith("encoder/") for name in copied)


def test_warm_start_without_common_networks_raises():
    with pytest.raises(
        UserError, match=r"Expected a model with a network in common with Classifier: net\. Received: VAE"
    ):
        warm_start(MODELS["Classifier"](), MODELS["VAE"]())


def test_warm_start_copies_networks_in_dicts():
    source, model = MODELS["MultiEncoder"](), MODELS["MultiEncoder"]()
    _, kept = warm_start(model, source)
    assert kept == []
    for mine, theirs in zip(_values(model.encoders["two"]), _values(source.encoders["two"]), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_warm_start_copies_weights_of_equal_names_within_a_layer():
    source, model = MODELS["VAE, flow"](), MODELS["VAE, flow"]()
    for weight in source.posterior_family.weights:
        weight.assign(np.random.default_rng(0).standard_normal(weight.shape))
    copied, _ = warm_start(model, source)
    assert len(copied) == len({*copied})
    for mine, theirs in zip(_values(model.posterior_family), _values(source.posterior_family), strict=True):
        np.testing.assert_array_equal(mine, theirs)
