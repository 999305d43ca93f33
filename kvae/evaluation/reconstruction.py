"""The error of reconstructions."""

from collections.abc import Iterable

import numpy as np

from kvae.evaluation.batches import examples
from kvae.evaluation.metric import metric

WINDOW = 7
"""Side, in pixels, of the window in which SSIM compares means and variances (the default of scikit-image)."""


@metric("reconstruction", quick=True, reports=("mse", "mae", "ssim"))
def reconstruction(model, batches) -> dict[str, float]:
    """Return the errors of x̂ = E[x|z], the mean of p(x|z) at the posterior mean z, for data in [0, 1].

        mse = mean (x − x̂)²      mae = mean |x − x̂|

    The means are over examples and dimensions. `ssim` is the structural similarity (Wang et al. 2004), for images only.
    """
    return image_errors((x, model.reconstruct(x, *given)) for x, *given in examples(batches))


def image_errors(pairs: Iterable[tuple[np.ndarray, np.ndarray]]) -> dict[str, float]:
    """Return mse, mae and, for images, ssim of batches of x and x̂, (B, …) each."""
    squared, absolute, similarity, n, dimensions = 0.0, 0.0, [], 0, 0
    for x, x_hat in pairs:
        error = x_hat.astype("float64") - x
        squared += float(np.square(error).sum())
        absolute += float(np.abs(error).sum())
        n, dimensions = n + len(x), error[0].size
        if x.ndim == 4 and min(x.shape[1:3]) >= WINDOW:
            similarity += [_ssim(a, a + e) for a, e in zip(x, error, strict=True)]
    values = {"mse": squared / (n * dimensions), "mae": absolute / (n * dimensions)}
    return {**values, "ssim": float(np.mean(similarity))} if similarity else values


def _ssim(x, x_hat) -> float:
    from skimage.metrics import structural_similarity

    return structural_similarity(x.astype("float64"), x_hat, win_size=WINDOW, data_range=1.0, channel_axis=-1)
