"""Errors of images before and after a refiner."""

from typing import Any

import numpy as np

from kvae.capabilities import REFINED, TRANSLATION
from kvae.evaluation.batches import examples
from kvae.evaluation.feature_sets import frechet_distance, principal_components
from kvae.evaluation.features import Features
from kvae.evaluation.metric import TrainingBatches, metric
from kvae.evaluation.reconstruction import image_errors
from kvae.evaluation.requirements import NotApplicable, require_features, require_training
from kvae.evaluation.translation_sets import kinds_of, training_images


@metric("refinement", needs={TRANSLATION, REFINED}, default_for=None, reports=("refinement.*",))
def refinement(
    model, batches, *, features: Features = None, training: TrainingBatches = None
) -> dict[str, float | str | NotApplicable]:
    """Return errors and distances of images before and after the refiner, for images in [0, 1].

    STAGE is "decoded", before the refiner, or "refined". KIND is the domain of translations.

    `refinement.mae.STAGE`, `refinement.ssim.STAGE`: mean absolute error per value of reconstructions, and their structural
    similarity (Wang et al. 2004).
    `refinement.frechet.KIND.STAGE`: Fréchet distance of translations from held-out images of the kind, in the first
    principal components of the features of the training images, as in the metric translated. It needs a feature network.
    `refinement.features`, `refinement.features_sha256`: the feature network and the SHA-256 checksum of its weights.
    """
    values: dict[str, Any] = _errors(model, [x for x, *_ in examples(batches)])
    try:
        return values | _distances(model, batches, features, training)
    except NotApplicable as reason:
        return values | {"refinement.frechet": reason}


def _errors(model, batches) -> dict[str, float]:
    """Return the errors of reconstructions before and after the refiner."""
    decoded = [np.clip(model.reconstruct(x), 0, 1) for x in batches]
    stages = {"decoded": decoded, "refined": [model.refine(x_hat) for x_hat in decoded]}
    errors = {stage: image_errors(zip(batches, images, strict=True)) for stage, images in stages.items()}
    names = [name for name in ("mae", "ssim") if name in errors["decoded"]]
    return {f"refinement.{name}.{stage}": errors[stage][name] for name in names for stage in stages}


def _distances(model, batches, features, training) -> dict[str, float | str]:
    """Return the distances of translations before and after the refiner."""
    require_features(features)
    require_training(training)
    values: dict = {"refinement.features": features.name, "refinement.features_sha256": features.sha256}
    for kind in kinds_of(model, batches):
        features.check(kind.real.shape[1:])
        components, real = principal_components(features(training_images(kind, training))), features(kind.real)
        decoded = model.translate(kind.inputs, kind.domain, refined=False)
        for stage, images in (("decoded", decoded), ("refined", kind.translations)):
            distance = frechet_distance(components(real), components(features(images)))
            values[f"refinement.frechet.{kind.name}.{stage}"] = distance
    return values
