"""Small instances of every registered class, on which the contracts are tested.

A new class needs a line here. `test_saving.py` fails until it has one. The import of this module must compute nothing:
`tests/torture` forks processes after it, in which TensorFlow would wait for its threads for ever.
"""

import keras
import numpy as np

from kvae import distributions, models, networks, training
from kvae.capabilities import DECODER, DOMAINS, LABELS, STRENGTH, TRANSLATION, TWO_WAY
from tests.contracts.parts import LATENT, SHAPE, settle
from tests.contracts.parts import dense as _dense
from tests.contracts.translators import TRANSLATORS


def _conv():
    """Return an encoder and a decoder with batch norm."""
    return networks.conv_encoder(SHAPE, 2 * LATENT, width=4), networks.conv_decoder(LATENT, SHAPE, width=4)


def _flow():
    return distributions.InverseAutoregressivePosterior([networks.made(LATENT, 4, (7,), "softplus") for _ in range(2)])


def _csvae(labels, adversary=True, **options):
    units = labels.units
    return models.CSVAE(
        encoder=networks.mlp(SHAPE, 4, (16,), "softplus"),
        label_encoder=networks.mlp(SHAPE, 2, (16,), "softplus", label_units=units),
        label_prior=networks.mlp(units, 2, (5,), "softplus"),
        decoder=_dense()[1],
        adversary=networks.mlp(2, units, (7,), "softplus") if adversary else None,
        labels=labels,
        **options,
    )


def _net_with_features(inputs, outputs, labels=0, features_first=False):
    """Return a dense network with two outputs: its features, and the output of a head on top of them."""
    net = networks.mlp(inputs, 6, (12,), "softplus", label_units=labels)
    head = keras.layers.Dense(outputs)(net.output)
    return keras.Model(net.input, [net.output, head] if features_first else [head, net.output])


def _spectral_discriminator():
    """Return a discriminator with spectral normalisation. Its outputs are features and a logit."""
    x = keras.Input(SHAPE)
    h = networks.SpectralConv2D(4, 3, 2, "same", activation="softplus")(x)
    features = keras.layers.Flatten()(h)
    return keras.Model(x, [features, networks.SpectralDense(1)(features)])


def _ifcvae_gan(labels, **options):
    units = labels.units
    return models.IFCVAEGAN(
        encoder=_net_with_features(SHAPE, 2 * LATENT),
        label_head=networks.mlp(6, units),
        decoder=networks.mlp(LATENT + units, SHAPE, (16,), "softplus"),
        adversary=networks.mlp(LATENT, units, (5,), "softplus"),
        discriminator=networks.mlp(SHAPE, 1, (12,), "softplus"),
        labels=labels,
        **options,
    )


def _multi_encoder(output_activation="linear", **options):
    encoders = {name: _dense()[0] for name in ("one", "two")}
    decoder = networks.mlp(LATENT, SHAPE, (16,), "softplus", output_activation=output_activation)
    return models.MultiEncoder(encoders, decoder, likelihood="normal", **options)


MODELS = {
    "Autoencoder": lambda: models.Autoencoder(*_dense(LATENT), likelihood="normal"),
    "RAE": lambda: models.RAE(*_dense(LATENT), beta=0.1, regularization=0.01),
    "RAE, gradient penalty": lambda: models.RAE(*_dense(LATENT), regularizer="gp", regularization=0.1),
    "VAE": lambda: models.VAE(*_dense(), beta=0.7, free_bits=0.05),
    "IWAE": lambda: models.IWAE(*_dense(), samples=4),
    "IWAE, two layers": lambda: models.IWAE(
        *_dense(),
        upper_encoder=networks.mlp(LATENT, 4, (5,), "softplus"),
        upper_decoder=networks.mlp(2, 2 * LATENT, (5,), "softplus"),
        samples=3,
    ),
    "LayeredVAE": lambda: models.LayeredVAE(*_dense(), samples=2),
    "LayeredVAE, two layers": lambda: models.LayeredVAE(
        *_dense(),
        upper_encoder=networks.mlp(LATENT, 4, (5,), "softplus"),
        upper_decoder=networks.mlp(2, 2 * LATENT, (5,), "softplus"),
    ),
    "IWAE, doubly reparameterised": lambda: models.IWAE(*_dense(), samples=4, doubly_reparameterized=True),
    "Classifier": lambda: models.Classifier(networks.mlp(SHAPE, 2, (16, 5), "softplus"), distributions.BinaryLabels(2)),
    "Classifier, classes, mirrored": lambda: models.Classifier(
        networks.conv_classifier(SHAPE, 3, width=2, dropout=0.0, augment=False),
        distributions.ClassLabels(3),
        mirrored=True,
    ),
    "CondVAE": lambda: models.CondVAE(
        networks.mlp(SHAPE, 2 * LATENT, (16,), "softplus", label_units=2),
        networks.mlp(LATENT + 2, SHAPE, (16,), "softplus"),
        labels=distributions.BinaryLabels(2),
    ),
    "CondVAE, classes": lambda: models.CondVAE(
        networks.conv_encoder(SHAPE, 2 * LATENT, width=4, label_units=3),
        networks.conv_decoder(LATENT + 3, SHAPE, width=4),
        labels=distributions.ClassLabels(3),
    ),
    "CSVAE": lambda: _csvae(distributions.BinaryLabels(2)),
    "CSVAE, base rate": lambda: _csvae(distributions.BinaryLabels(1), base_rate=[0.2], beta_information=5.0),
    "CSVAE, classes": lambda: _csvae(distributions.ClassLabels(3), adversary_turns=3),
    "CSVAE, no adversary": lambda: _csvae(distributions.BinaryLabels(1), adversary=False),
    "IFCVAEGAN": lambda: _ifcvae_gan(distributions.BinaryLabels(2)),
    "IFCVAEGAN, base rate": lambda: _ifcvae_gan(distributions.BinaryLabels(1), base_rate=[0.3], label_samples=True),
    "IFCVAEGAN, fixed classifier": lambda: _ifcvae_gan(
        distributions.BinaryLabels(2), label_samples=True, fixed_classifier=True
    ),
    "IFCVAEGAN, R1, averaged": lambda: _ifcvae_gan(distributions.BinaryLabels(2), r1=0.5, averaging=0.9),
    "IFCVAEGAN, classes": lambda: _ifcvae_gan(distributions.ClassLabels(3)),
    "VAEGAN": lambda: models.VAEGAN(*_dense(), _net_with_features(SHAPE, 1, features_first=True), gamma=0.1),
    "VAEGAN, labels": lambda: models.VAEGAN(
        networks.mlp(SHAPE, 2 * LATENT, (16,), "softplus", label_units=2),
        networks.mlp(LATENT + 2, SHAPE, (16,), "softplus"),
        _net_with_features(SHAPE, 1, labels=2, features_first=True),
        labels=distributions.BinaryLabels(2),
        gamma=0.1,
        margin=None,
        saturating=False,
    ),
    "VAEGAN, convolutional, classes": lambda: models.VAEGAN(
        networks.larsen_encoder(SHAPE, 2 * LATENT, width=16, label_units=3),
        networks.larsen_decoder(LATENT + 3, SHAPE, width=16),
        networks.larsen_discriminator(SHAPE, width=16, label_units=3),
        labels=distributions.ClassLabels(3),
        gamma=0.1,
    ),
    "VAEGAN, R1": lambda: models.VAEGAN(
        *_dense(), _net_with_features(SHAPE, 1, features_first=True), gamma=0.1, r1=0.5
    ),
    "VAEGAN, spectral, averaged": lambda: models.VAEGAN(
        _dense()[0], _conv()[1], _spectral_discriminator(), gamma=0.1, margin=None, r1=0.5, averaging=0.9
    ),
    "DFCVAE": lambda: models.DFCVAE(
        *_dense(), features=settle(networks.mlp(SHAPE, (4, 4, 2), (7,), "softplus")), beta=0.1
    ),
    "MultiEncoder": lambda: _multi_encoder(turns={"one": 1, "two": 2}),
    "MultiEncoder, separated, dated": lambda: _multi_encoder(
        separator=networks.mlp(LATENT, 2, (5,), "softplus"),
        critic=networks.mlp(SHAPE, 3, (5,), "softplus"),
        beta_encoder=0.5,
    ),
    "MultiEncoder, cross-entropy": lambda: _multi_encoder("sigmoid", decoder_loss="cross_entropy"),
    "MultiEncoder, copies": lambda: _multi_encoder(copies=True),
    "VAE, convolutional": lambda: models.VAE(*_conv(), likelihood="bernoulli"),
    "VAE, full covariance": lambda: models.VAE(*_dense(9), posterior="full_covariance_normal"),
    "VAE, flow": lambda: models.VAE(*_dense(2 * LATENT + 4), posterior=_flow()),
    "VAE, mixture prior": lambda: models.VAE(*_dense(), prior=distributions.MixtureOfNormals((LATENT,), 4, seed=0)),
    "VAE, VampPrior": lambda: models.VAE(*_dense(), prior=distributions.VampPrior(SHAPE, 4, seed=0)),
    "VAE, optimal scale": lambda: models.VAE(*_dense(), likelihood="optimal_normal"),
    "VAE, continuous Bernoulli": lambda: models.VAE(*_dense(), likelihood="continuous_bernoulli"),
    "VAE, spatial code": lambda: models.VAE(
        networks.mlp(SHAPE, (2, 2, 4), (16,), "softplus"), networks.mlp((2, 2, 2), SHAPE, (16,), "softplus")
    ),
    "CondVAE, spatial code": lambda: models.CondVAE(
        networks.mlp(SHAPE, (2, 2, 4), (16,), "softplus", label_units=3),
        networks.mlp((2, 2, 2 + 3), SHAPE, (16,), "softplus"),
        labels=distributions.ClassLabels(3),
    ),
    "IWAE, flow": lambda: models.IWAE(*_dense(2 * LATENT + 4), samples=3, posterior=_flow()),
    "CSVAE, mixture prior": lambda: _csvae(
        distributions.BinaryLabels(2), prior=distributions.MixtureOfNormals((2,), 3, seed=0)
    ),
    **TRANSLATORS,
}
"""Every model of kvae.models, at minimal size."""

ONE_OF_EACH = [name for name in MODELS if "," not in name] + ["VAE, convolutional"]
"""Names of one model of each class, and of one with batch norm."""

ALL_ON_TENSORFLOW = list(MODELS) if keras.backend.backend() == "tensorflow" else ONE_OF_EACH
"""Names of all models on TensorFlow, and of one model of each class on JAX and PyTorch.

For contracts in which the options of a class matter little. `test_backends.py` compares all models between backends."""

OTHER_CLASSES = {
    "BinaryLabels": lambda: distributions.BinaryLabels(2),
    "ClassLabels": lambda: distributions.ClassLabels(3),
    "BatchNormalization": lambda: networks.BatchNormalization(momentum=0.9),
    "Conv2D": lambda: networks.Conv2D(4, 3),
    "Conv2DTranspose": lambda: networks.Conv2DTranspose(4, 3),
    "DoublingConv2D": lambda: networks.DoublingConv2D(4, 3, padding="same"),
    "GroupNormalization": lambda: networks.GroupNormalization(2, epsilon=1e-5),
    "RandomSmoothing": lambda: networks.RandomSmoothing(3, seed=1),
    "SpectralConv2D": lambda: networks.SpectralConv2D(4, 3),
    "SpectralDense": lambda: networks.SpectralDense(4),
    "ReflectionPadding2D": lambda: networks.ReflectionPadding2D(2),
    "StridedConv2D": lambda: networks.StridedConv2D(4, 4, strides=2, padding="same"),
    "StridedConv2DTranspose": lambda: networks.StridedConv2DTranspose(4, 4, strides=2, padding="same"),
    "DiagonalNormal": distributions.DiagonalNormal,
    "FullCovarianceNormal": distributions.FullCovarianceNormal,
    "InverseAutoregressivePosterior": _flow,
    "StandardNormal": distributions.StandardNormal,
    "MixtureOfNormals": lambda: distributions.MixtureOfNormals((2,), 3, seed=0),
    "VampPrior": lambda: distributions.VampPrior((4,), 3, seed=0),
    "MaskedDense": lambda: networks.MaskedDense((1, 2), (1, 2, 1)),
    "Optimizers": lambda: training.Optimizers({"loss": keras.optimizers.Adam(1e-3)}),
    **{likelihood.__name__: likelihood for likelihood in distributions.likelihoods.LIKELIHOODS.values()},
}

EAGERLY = keras.backend.backend() == "tensorflow"
"""True on TensorFlow, where a few rounds take less time than building a graph. JAX would compile every operation."""

SURROGATES = {
    "IWAE, doubly reparameterised",
    "IFCVAEGAN, fixed classifier",
    "IFCVAEGAN, R1, averaged",
    "VAEGAN, spectral, averaged",
}
"""Names of models whose gradients differ from finite differences of their validation losses.

Gradients are stopped in the loss, or averaged weights decode in validation. Each has a separate test."""

WITHOUT_FALLING_LOSS = {name for name in MODELS if name.startswith(("VAEGAN", "CycleGAN"))}
"""Names of models in which no loss needs to fall during training, because their players have opposed objectives."""


def batch(n=6, seed=0):
    """Return `n` images with values in [0, 1]."""
    return np.random.default_rng(seed).random((n, *SHAPE)).astype("float32")


def takes_targets(model):
    """Return True if y holds images."""
    return TRANSLATION in model.capabilities and LABELS not in model.capabilities and "y" in model.batch_spec


def data_for(model, n=6, seed=0):
    """Return validation data for a model: (x,), or (x, y) with labels or target images y."""
    if model.batch_spec == ("x",):
        return (batch(n, seed),)
    if takes_targets(model):
        rows = np.random.default_rng(seed + 1)
        return batch(n, seed), rows.random((n, *model.target_shape)).astype("float32")
    labels, rng = model.labels, np.random.default_rng(seed)
    if isinstance(labels, distributions.BinaryLabels):
        return batch(n, seed), rng.integers(0, 2, (n, labels.count)).astype("uint8")
    return batch(n, seed), rng.integers(0, labels.classes, n).astype("int32")


def inputs_of(model, data):
    """Return the data that a model maps to its output: x, and the labels y of a model that is conditioned on them."""
    return data if LABELS in model.capabilities else data[:1]


def to_translate(model, data):
    """Return the arguments of `model.translate`: x, the domains of a model of two domains, and a strength if it has one."""
    x, *y = inputs_of(model, data)
    domains = y or ([np.arange(len(x), dtype="int32") % 2] if TWO_WAY in model.capabilities else [])
    return (x, *domains, *([0.5] if STRENGTH in model.capabilities else []))


def rounds_of(model, data, batch_size):
    """Return the examples of `data` in rounds if the model trains on rounds, otherwise None."""
    if DOMAINS not in model.capabilities:
        return None
    x, y = data
    dated = isinstance(model, models.MultiEncoder) and model.critic is not None
    periods = np.arange(len(y)) % 4 - 1 if dated else None
    return training.Rounds(x, y, model.turns, batch_size, periods=periods)


def step_of(model, data):
    """Return the batch of one training step."""
    rounds = rounds_of(model, data, len(data[0]) // 2)
    return data if rounds is None else rounds[0]


def fit(model, data, batch_size=32, **options):
    """Call `model.fit` without output, on rounds if the model trains on rounds."""
    rounds = rounds_of(model, data, batch_size // 2)
    given = {"x": rounds} if rounds is not None else dict(zip("xy", data, strict=False)) | {"batch_size": batch_size}
    return model.fit(**given, verbose=0, **options)


def answer(model, data):
    """Return the output of a model as an array: reconstructions, translations, or the probabilities of a classifier."""
    if TRANSLATION in model.capabilities:
        return model.translate(*to_translate(model, data))
    return model.reconstruct(*data) if DECODER in model.capabilities else model.probabilities(data[0])
