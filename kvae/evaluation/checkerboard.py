"""The strength of checkerboard patterns in reconstructions."""

from typing import Any

import numpy as np

from kvae.evaluation.batches import examples
from kvae.evaluation.metric import metric
from kvae.evaluation.requirements import NotApplicable

NEIGHBORS = 3
"""Number of lower frequencies whose mean energy is compared with the energy at half a cycle per pixel."""


@metric("checkerboard", quick=True, reports=("checkerboard", "checkerboard_peak", "checkerboard_peak_real"))
def checkerboard(model, batches) -> dict[str, float]:
    """Return the strength of patterns that alternate from pixel to pixel in reconstructions, relative to the originals.

        checkerboard = peak(reconstructions) / peak(originals)

    The peak of a set of images is the energy of their spectrum at half a cycle per pixel, divided by the mean energy at
    the three next lower frequencies. It is the mean of the peaks along columns and rows. Smooth images and noise have a
    peak of about 1. Transposed convolutions with overlapping windows and a stride of 2 raise it (Odena et al. 2016).

    The two peaks are `checkerboard_peak` (reconstructions) and `checkerboard_peak_real` (originals).
    """
    if batches.x.ndim != 4 or min(batches.x.shape[1:3]) < 4 * (NEIGHBORS + 1):
        raise NotApplicable(f"it needs images of at least {4 * (NEIGHBORS + 1)} pixels a side")
    if any(side % 2 for side in batches.x.shape[1:3]):
        raise NotApplicable("images of an odd side have no frequency of half a cycle per pixel")
    spectra: Any = sum(np.stack([_spectra(data[0]), _spectra(model.reconstruct(*data))]) for data in examples(batches))
    real, reconstructed = (_peak(s) for s in spectra)
    return {
        "checkerboard": reconstructed / real,
        "checkerboard_peak": reconstructed,
        "checkerboard_peak_real": real,
    }


def _spectra(x) -> np.ndarray:
    """Return the energies of images (N, H, W, C) at the highest frequencies along columns and rows: (2, F).

    The F = `NEIGHBORS` + 1 frequencies are in ascending order.
    """
    energies = []
    for axis in (1, 2):
        spectrum = np.square(np.abs(np.fft.rfft(x, axis=axis)))
        others = tuple(a for a in range(4) if a != axis)
        energies.append(spectrum.sum(axis=others)[-NEIGHBORS - 1 :])
    return np.stack(energies)


def _peak(energies: np.ndarray) -> float:
    return float(np.mean(energies[:, -1] / energies[:, :-1].mean(axis=1)))
