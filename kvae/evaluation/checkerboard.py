"""How much of a checkerboard a decoder draws, as a number."""

import numpy as np

from kvae.evaluation.batches import examples
from kvae.evaluation.requirements import NotApplicable, require_decoder

NEIGHBOURS = 3
"""Frequencies below the stride's that its energy is compared with."""


def checkerboard(model, batches) -> dict[str, float]:
    """Energy of reconstructions at the frequency of a stride of 2, against that of the originals.

    The peak of a set of pictures is the energy of their spectrum at half a cycle per pixel, along either axis, over the
    mean energy at the three next lower frequencies. Smooth pictures and noise have a peak of about 1; a pattern that
    alternates from pixel to pixel, such as overlapping transposed convolutions leave (Odena et al. 2016), raises it.

        checkerboard = peak(reconstructions) / peak(originals)
    """
    require_decoder(model)
    if batches.x.ndim != 4 or min(batches.x.shape[1:3]) < 4 * (NEIGHBOURS + 1):
        raise NotApplicable(f"it takes pictures of at least {4 * (NEIGHBOURS + 1)} pixels a side")
    if any(side % 2 for side in batches.x.shape[1:3]):
        raise NotApplicable("pictures of an odd side have no frequency of half a cycle per pixel")
    spectra = sum(np.stack([_spectra(data[0]), _spectra(model.reconstruct(*data))]) for data in examples(batches))
    real, drawn = (_peak(s) for s in spectra)
    return {"checkerboard": drawn / real, "checkerboard_peak": drawn, "checkerboard_peak_real": real}


def _spectra(x) -> np.ndarray:
    """Energies (2, NEIGHBOURS + 1) along the columns and rows of pictures (N, H, W, C), at the highest frequencies."""
    energies = []
    for axis in (1, 2):
        spectrum = np.square(np.abs(np.fft.rfft(x, axis=axis)))
        others = tuple(a for a in range(4) if a != axis)
        energies.append(spectrum.sum(axis=others)[-NEIGHBOURS - 1 :])
    return np.stack(energies)


def _peak(energies: np.ndarray) -> float:
    return float(np.mean(energies[:, -1] / energies[:, :-1].mean(axis=1)))
