"""Distances between translations and real images of the kind that they imitate."""

import numpy as np

from kvae.capabilities import TRANSLATION
from kvae.evaluation.feature_sets import frechet_distance, principal_components, resampled_kernel_distances, share_found
from kvae.evaluation.features import Features
from kvae.evaluation.metric import Seed, TrainingBatches, metric
from kvae.evaluation.requirements import require_features, require_training
from kvae.evaluation.translation_sets import Kind, kinds_of, training_images
from kvae.evaluation.uncertainty import RESAMPLES
from kvae.images.baselines import blurred, recoloured
from kvae.images.thumbnails import thumbnails

CANDIDATES = 100
"""Number of images among which the source of a translation is looked for."""


@metric("translated", needs={TRANSLATION}, default_for=None, reports=("translated.*",))
def translated(
    model, batches, *, features: Features = None, training: TrainingBatches = None, seed: Seed = 0
) -> dict[str, float]:
    """Return distances between translations and held-out images of the kind that they imitate, in the features of a network.

    KIND is the domain of the translations, for a model of two domains, and "targets" for a model of pairs. SET is one of

        translations    translations of the held-out inputs
        inputs          the inputs themselves, if they have the channels of the translations
        recoloured      the inputs, each with the mean and the covariance of the colours of the training images of the kind
        blurred         the inputs, blurred (`kvae.images.baselines`)
        training        the training images of the kind, which a perfect model would equal

    `translated.kernel.KIND.SET`: the kernel distance, as in the metric kernel.
    `translated.kernel_ratio.KIND`: that of the translations divided by that of the inputs. Below 1, the translations are
    nearer to real images of the kind than the inputs.
    Both have a 95 % confidence interval, `.low` and `.high` (bootstrap over the images of both sets. An input and its
    translation are drawn together.)
    `translated.frechet.KIND.SET`: the Fréchet distance of the first 32 principal components of the features of
    the training images. With few held-out images, all features would give a distance that depends on their number most.
    `translated.found.KIND`: share of the translations that have, of `CANDIDATES` images, their own source as the nearest.
    The source is the input, or the target of a pair. The features of both sets are standardized, because what all
    translations share is no content.
    `translated.found_by_thumbnail.KIND`: this share for thumbnails (`kvae.images.thumbnails`) instead of features.
    `translated.images.KIND.SET`, `translated.images.KIND.held_out`: numbers of images.
    `translated.features`, `translated.features_sha256`: the feature network and the SHA-256 checksum of its weights.
    """
    require_features(features)
    require_training(training)
    values: dict = {"translated.features": features.name, "translated.features_sha256": features.sha256}
    for kind in kinds_of(model, batches):
        features.check(kind.real.shape[1:])
        known = training_images(kind, training)
        values |= {f"translated.{name}": value for name, value in _compared(kind, known, features, seed).items()}
    return values


def _compared(kind: Kind, known: np.ndarray, features, seed: int) -> dict[str, float]:
    images = {"translations": kind.translations}
    if kind.inputs.shape[1:] == kind.real.shape[1:]:
        simple = {"recoloured": recoloured(kind.inputs, known), "blurred": blurred(kind.inputs)}
        images |= {"inputs": kind.inputs, **simple}
    real, sources = features(kind.real), features(kind.sources)
    sets = {name: features(each) for name, each in images.items()} | {"training": features(known)}
    components = principal_components(sets["training"])

    rng, kernel = np.random.default_rng(seed), {}
    values: dict[str, float] = {f"images.{kind.name}.held_out": len(real)}
    of_real, of_inputs = _weights(rng, len(real)), _weights(rng, len(kind.inputs))
    for name, each in sets.items():
        weights = _weights(rng, len(each)) if name == "training" else of_inputs
        kernel[name] = resampled_kernel_distances(real, each, of_real, weights)
        values |= _with_interval(f"kernel.{kind.name}.{name}", kernel[name])
        values[f"frechet.{kind.name}.{name}"] = frechet_distance(components(real), components(each))
        values[f"images.{kind.name}.{name}"] = len(each)
    if "inputs" in kernel:
        values |= _with_interval(f"kernel_ratio.{kind.name}", kernel["translations"] / kernel["inputs"])
    by_features = _standardized(sets["translations"]), _standardized(sources)
    by_thumbnail = thumbnails(kind.translations), thumbnails(kind.sources)
    values[f"found.{kind.name}"] = share_found(*by_features, CANDIDATES)
    values[f"found_by_thumbnail.{kind.name}"] = share_found(*by_thumbnail, CANDIDATES)
    return values


def _standardized(x: np.ndarray) -> np.ndarray:
    """Return features (N, D), each with mean 0 and variance 1. A constant feature is 0."""
    x = x - x.mean(axis=0)
    return x / np.maximum(x.std(axis=0), 1e-6)


def _weights(rng: np.random.Generator, n: int) -> np.ndarray:
    """Return numbers of occurrences of `n` images (1 + RESAMPLES, n): once in the first row, then in random resamples."""
    return np.concatenate([np.ones((1, n)), rng.multinomial(n, np.full(n, 1 / n), RESAMPLES)])


def _with_interval(name: str, values: np.ndarray) -> dict[str, float]:
    """Return the first of `values` and the interval that holds 95 % of the others."""
    low, high = np.quantile(values[1:], (0.025, 0.975))
    return {name: float(values[0]), f"{name}.low": float(low), f"{name}.high": float(high)}
