"""Simple changes of images, with which translations are compared: other colours, and blur."""

import numpy as np

BLUR = 1 / 64
"""Standard deviation of the blur, as a part of the shorter side of an image."""


def recoloured(x: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Return images (N, H, W, C), each with the mean and the covariance of the colours of all pixels of images `of`.

    A pixel p of an image with the mean μ and the covariance S becomes m + A (p − μ), with the mean m and the covariance T of
    `of`, and A = S^−½ (S^½ T S^½)^½ S^−½. Of all linear maps with this property, A changes colours least (Pitié and Kokaram
    2007). Values are clipped to [0, 1].
    """
    target_mean, target = _moments(of.reshape(-1, of.shape[-1]))
    result = np.empty(x.shape, "float32")
    for image, new in zip(x, result, strict=True):
        pixels = image.reshape(-1, image.shape[-1])
        mean, covariance = _moments(pixels)
        root, inverse = _root(covariance), np.linalg.pinv(_root(covariance))
        change = inverse @ _root(root @ target @ root) @ inverse
        new[:] = (target_mean + (pixels - mean) @ change).reshape(image.shape)
    return np.clip(result, 0, 1)


def blurred(x: np.ndarray) -> np.ndarray:
    """Return images (N, H, W, C) after a Gaussian blur with a standard deviation of `BLUR` · the shorter side."""
    from scipy.ndimage import gaussian_filter

    width = BLUR * min(x.shape[1:3])
    return gaussian_filter(x, sigma=(0, width, width, 0), mode="nearest")


def _moments(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean (C,) and covariance (C, C) of pixels (N, C), in float64."""
    mean = pixels.mean(axis=0, dtype="float64")
    second = np.zeros((len(mean), len(mean)))
    for start in range(0, len(pixels), 2**20):
        part = pixels[start : start + 2**20].astype("float64") - mean
        second += part.T @ part
    return mean, second / len(pixels)


def _root(matrix: np.ndarray) -> np.ndarray:
    """Return the symmetric square root of a positive semidefinite matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
