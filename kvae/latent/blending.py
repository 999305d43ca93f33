"""Blends of two sets of images in latent space, and the effect of negating a latent code."""

from collections.abc import Sequence

import numpy as np

from kvae.latent.arithmetic import lerp

DARK = 0.5
"""Brightness, with pixels in [0, 1], below which an image counts as dark."""


def brightness(x: np.ndarray) -> np.ndarray:
    """Return the mean of the pixels in the centre, H/2 × W/2, of each image: (N, H, W, C) -> (N,)."""
    top, left = (side // 4 for side in x.shape[1:3])
    return x[:, top : x.shape[1] - top, left : x.shape[2] - left].mean(axis=(1, 2, 3))


def blend(
    model, a: np.ndarray, b: np.ndarray, weights: Sequence[float], negate: np.ndarray | None = None
) -> np.ndarray:
    """Return the images `a` (N, …) and `b` (N, …), blended in latent space by each weight: (W, N, …).

        decode(w · z_a + (1 − w) · s · z_b),   s = −1 for the images of b where `negate` (N,) is True, else 1

    Args:
        model: a model that takes no labels.
        a, b: equally many images.
        weights: weights w of the latent codes of `a`, from 0 to 1.
        negate: truth values (N,), True for an image of `b` whose latent code is multiplied by −1.
    """
    z_a, z_b = model.encode(a), model.encode(b)
    if negate is not None:
        negate = np.reshape(np.asarray(negate, bool), (-1, *(1 for _ in z_b.shape[1:])))  # (N,) -> (N, 1, …)
        z_b = np.where(negate, -z_b, z_b)
    return np.stack([model.decode(lerp(z_b, z_a, weight)) for weight in weights])


def negation(model, x: np.ndarray) -> dict[str, float]:
    """Return the effect of negating latent codes on the `brightness` of images `x` (N, …).

    `negation_correlation`: correlation, over the images, of the brightness of decode(z) and of decode(−z). It is near
    −1 if dark images become bright and bright images dark.

    `negation_change`: mean change in brightness of the darker half of decode(z), minus that of the brighter half.
    """
    z = model.encode(x)
    before, after = brightness(model.decode(z)), brightness(model.decode(-z))
    dark = before < np.median(before)
    change = after - before
    return {
        "negation_correlation": float(np.corrcoef(before, after)[0, 1]),
        "negation_change": float(change[dark].mean() - change[~dark].mean()),
    }


def mean_probabilities(classifier, class_names: Sequence[str], x: np.ndarray) -> dict[str, float]:
    """Return the mean probability of each class or attribute over images `x` (N, …), by `classifier`."""
    means = classifier.probabilities(x).mean(axis=0)
    return {name: float(mean) for name, mean in zip(class_names, means, strict=True)}
