"""A plane through latent codes, for maps of the latent space."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class Plane:
    """The plane through the mean of latent codes in the two directions in which they vary most.

    A point (a, b) of the plane is the code mean + a · directions[0] + b · directions[1]. The directions are the first two
    principal components. The length of each is one standard deviation of the codes.

    Args:
        mean: mean of the codes (*latent,).
        directions: the two directions (2, *latent). The second is 0 if a code is a single number.
        points: the codes, projected onto the plane (N, 2).
    """

    mean: np.ndarray
    directions: np.ndarray
    points: np.ndarray

    @classmethod
    def through(cls, z: np.ndarray) -> "Plane":
        """Return the plane through latent codes `z` (N, *latent)."""
        mean = z.mean(axis=0)
        rest = (z - mean).reshape(len(z), -1)  # (N, D), with D the product of the latent shape
        _, _, rows = np.linalg.svd(rest, full_matrices=False)
        axes = np.zeros((2, rest.shape[1]), rest.dtype)
        axes[: len(rows)] = rows[:2]
        axes *= np.sign(axes[[0, 1], np.abs(axes).argmax(axis=1)])[:, None]  # SVD leaves the sign open
        along = rest @ axes.T  # (N, D) -> (N, 2)
        std = along.std(axis=0)
        points = along / np.where(std > 0, std, 1)
        return cls(mean, (std[:, None] * axes).reshape(2, *mean.shape), points)

    def grid(self, side: int, span: float) -> np.ndarray:
        """Return the codes of a grid of points from −`span` to `span` in both directions: (side · side, *latent).

        They are ordered as the images of a map are: row by row, from the top, where the second coordinate is largest.
        """
        steps = np.linspace(-span, span, side)
        a, b = np.meshgrid(steps, steps[::-1])
        points = np.stack([a.ravel(), b.ravel()], axis=1)  # (side · side, 2)
        return (self.mean + np.tensordot(points, self.directions, axes=1)).astype("float32")
