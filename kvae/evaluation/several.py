"""Several random translations of one image."""

import contextlib
from itertools import combinations
from typing import Annotated

import numpy as np

from kvae.capabilities import TRANSLATION, TWO_WAY
from kvae.errors import UserError
from kvae.evaluation.features import Features
from kvae.evaluation.metric import Seed, metric
from kvae.evaluation.requirements import NotApplicable, require_features
from kvae.evaluation.translation_sets import images_and_targets


@metric("several", needs={TRANSLATION}, default_for=None, reports=("several.*",))
def several(
    model,
    batches,
    *,
    features: Features = None,
    translations: Annotated[int, "Number of random translations of each image."] = 10,
    seed: Seed = 0,
) -> dict[str, float]:
    """Return distances of random translations of an image from its target and from each other, for a model of pairs.

    `several.mae.best`, `several.mae.mean`: least and mean absolute error of the translations of an image, per value, with
    images in [0, 1], averaged over the images.
    `several.to_target.best`, `several.to_target.mean`: least and mean Euclidean distance of their features from those of the
    target.
    `several.distance`: mean distance between the features of two translations of one image. It is 0 if all are alike.
    `several.distance_targets`: mean distance between the features of the targets of two images.
    `several.translations`: number of translations of each image.
    `several.features`, `several.features_sha256`: the feature network and the SHA-256 checksum of its weights.
    """
    from scipy.spatial.distance import pdist

    from kvae.distributions.checks import check_count

    check_count(translations, "translations", least=2)
    require_features(features)
    _check_random(model)
    x, target = images_and_targets(batches)
    features.check(target.shape[1:])
    of_target, errors, described = features(target), [], []
    for number in range(translations):
        translated = model.translate(x, seed=seed + number)
        errors.append(np.abs(translated - target).mean(axis=(1, 2, 3), dtype="float64"))
        described.append(features(translated))
    distances = [_distances(each, of_target) for each in described]
    return {
        **_best_and_mean("several.mae", errors),
        **_best_and_mean("several.to_target", distances),
        "several.distance": float(np.mean([_distances(*pair) for pair in combinations(described, 2)])),
        "several.distance_targets": float(pdist(of_target).mean()),
        "several.translations": translations,
        "several.features": features.name,
        "several.features_sha256": features.sha256,
    }


def _check_random(model) -> None:
    """Raise `NotApplicable` unless a seed changes the translations of `model`."""
    if TWO_WAY not in model.capabilities:
        with contextlib.suppress(UserError):
            model.translate(np.zeros((1, *model.data_shape), "float32"), seed=0)
            return
    raise NotApplicable("it has one translation for each image")


def _distances(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.linalg.norm(x - y, axis=-1)


def _best_and_mean(name: str, values: list[np.ndarray]) -> dict[str, float]:
    """Return the least and the mean value of the translations of each image, averaged over the images."""
    return {f"{name}.best": float(np.min(values, axis=0).mean()), f"{name}.mean": float(np.mean(values))}
