"""How much of x survives the way through its code."""

import numpy as np

from kvae.evaluation.batches import examples
from kvae.evaluation.requirements import require_decoder

WINDOW = 7
"""Side of the window over which SSIM compares means and variances (uniform, as scikit-image has it)."""


def reconstruction(model, batches) -> dict[str, float]:
    """Errors of x̂ = E[p(x | z)] at the posterior's mean z, per dimension, with data in [0, 1].

    mse = mean (x − x̂)²      mae = mean |x − x̂|      ssim: structural similarity (Wang et al. 2004), images only
    """
    require_decoder(model)
    squared, absolute, similarity, n, dimensions = 0.0, 0.0, [], 0, 0
    for x, *given in examples(batches):
        error = model.reconstruct(x, *given).astype("float64") - x
        squared += np.square(error).sum()
        absolute += np.abs(error).sum()
        n, dimensions = n + len(x), error[0].size
        if x.ndim == 4 and min(x.shape[1:3]) >= WINDOW:
            similarity += [_ssim(a, a + e) for a, e in zip(x, error, strict=True)]
    figures = {"mse": squared / (n * dimensions), "mae": absolute / (n * dimensions)}
    return {**figures, "ssim": float(np.mean(similarity))} if similarity else figures


def _ssim(x, x_hat) -> float:
    from skimage.metrics import structural_similarity

    return structural_similarity(x.astype("float64"), x_hat, win_size=WINDOW, data_range=1.0, channel_axis=-1)
