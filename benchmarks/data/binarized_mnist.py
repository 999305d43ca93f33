"""Pack the official files of binarized MNIST (110 MB) into binarized_mnist_packed.npz (2.3 MB).

kvae reads the official files too, with the same fingerprint.

    kvae data get binarized_mnist
    python benchmarks/data/binarized_mnist.py data/binarized_mnist binarized_mnist_packed.npz

The SHA-256 of the result was df14a884cb4aa7ac6692463fb31798a687c4e762c73c23a8ae3114fbec4e6093.
"""

import sys
from pathlib import Path

import numpy as np

from kvae.data.binarized_mnist import read_lines
from kvae.files import atomic


def main(folder: Path, out: Path) -> None:
    splits = {split: read_lines(folder / f"binarized_mnist_{split}.amat") for split in ("train", "valid", "test")}
    with atomic(out) as temporary:
        np.savez_compressed(temporary, **splits)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
