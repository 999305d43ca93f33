"""What the refiner of a model gains."""

import numpy as np

from kvae.capabilities import REFINED
from kvae.evaluation.batches import examples
from kvae.evaluation.feature_sets import frechet_distance, principal_components
from kvae.evaluation.features import Features
from kvae.evaluation.metric import TrainingBatches, metric
from kvae.evaluation.reconstruction import image_errors
from kvae.evaluation.requirements import NotApplicable
from kvae.evaluation.translation_sets import kinds_of, training_images


@metric("refinement", needs={REFINED}, default_for=None, reports=("refinement.*",))
def refinement(
    model, batches, *, features: Features = None, training: TrainingBatches = None
) -> dict[str, float | NotApplicable]:
    """Return errors and distances of images before and after the refiner, for images in [0, 1].

    STAGE is "decoded", before the refiner, or "refined". KIND is the domain of translations.

    `refinement.mae.STAGE`: mean absolute error per value of reconstructions, and `.ssim.STAGE` their structural similarity.
    `refinement.frechet.KIND.STAGE`: Fréchet distance of translations from held-out images of the kind, in the first
    principal components of the features of the training images, as in the metric translated.
    """

    def decoded(x: np.ndarray) -> np.ndarray:
        return np.clip(model.reconstruct(x), 0, 1)

    values: dict = {}
    for stage, reconstruct in (("decoded", decoded), ("refined", lambda x: model.refine(decoded(x)))):
        errors = image_errors((x, reconstruct(x)) for x, *_ in examples(batches))
        values |= {f"refinement.{name}.{stage}": errors[name] for name in ("mae", "ssim") if name in errors}
    if features is None or training is None:
        return values | {"refinement.frechet": NotApplicable("it needs a feature network: --features PRESET")}
    for kind in kinds_of(model, batches):
        features.check(kind.real.shape[1:])
        components, real = principal_components(features(training_images(kind, training))), features(kind.real)
        before = model.translate(kind.inputs, kind.domain, refined=False)
        for stage, images in (("decoded", before), ("refined", kind.translations)):
            distance = frechet_distance(components(real), components(features(images)))
            values[f"refinement.frechet.{kind.name}.{stage}"] = distance
    return values
