"""The error of translations."""

import numpy as np

from kvae.capabilities import CODED, TRANSLATION, TWO_WAY
from kvae.evaluation.batches import examples
from kvae.evaluation.labels import classes_of
from kvae.evaluation.metric import metric
from kvae.evaluation.reconstruction import image_errors
from kvae.evaluation.requirements import NotApplicable


@metric(
    "translation",
    needs={TRANSLATION},
    default_for={TRANSLATION},
    quick=True,
    reports=("translation.mae", "translation.ssim", "translation.constant_code.mae", "translation.cycle"),
)
def translation(model, batches) -> dict[str, float]:
    """Return the errors of translations without random numbers, for images in [0, 1].

    For a model of pairs, `mae` is the mean absolute error per value from the target, and `ssim` the structural similarity
    (Wang et al. 2004). Without targets, an image is its own target. `constant_code.mae` is the error if the mean latent code
    of all images replaces the code of each image. It equals `mae` if the translations do not depend on the code. For a model
    of two domains, `cycle` is the mean absolute error of translations back into the domain of the image, at strength 1.
    """
    if TWO_WAY in model.capabilities:
        return {"translation.cycle": _cycle_error(model, batches)}
    errors = image_errors((target, model.translate(x)) for x, target in _pairs(batches))
    values: dict[str, float] = {name: errors[name] for name in ("mae", "ssim") if name in errors}
    if CODED in model.capabilities:
        values["constant_code.mae"] = _error_with_one_code(model, batches)
    return {f"translation.{name}": value for name, value in values.items()}


def _error_with_one_code(model, batches) -> float:
    """Return the error of translations that all have the mean code of the images."""
    mean = np.concatenate([model.encode(*data) for data in examples(batches)]).mean(axis=0, keepdims=True)
    pairs = ((y, model.translate_code(mean.repeat(len(x), axis=0), x)) for x, y in _pairs(batches))
    return image_errors(pairs)["mae"]


def _cycle_error(model, batches) -> float:
    """Return the mean absolute error of translations back, with the class of each example as its domain."""
    y, errors = classes_of(batches), []
    if not set(y) <= {0, 1}:
        raise NotApplicable("it needs images of two domains")
    for x, *_ in examples(batches):
        errors.append(np.abs(model.translate_back(x, y[: len(x)]) - x).mean(axis=(1, 2, 3)))
        y = y[len(x) :]
    return float(np.concatenate(errors).mean(dtype="float64"))


def _pairs(batches):
    """Yield images and targets."""
    for x, *y in examples(batches):
        yield (x, *y) if y else (x, x)
