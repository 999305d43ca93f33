"""Scale the official drawings of Omniglot to 28×28 and write them into omniglot_28x28.npz (3 MB).

kvae reads the official files too, with the same fingerprint.

    kvae data get omniglot
    python benchmarks/data/omniglot.py data/omniglot omniglot_28x28.npz
"""

import sys
from pathlib import Path

import numpy as np

from kvae.data.omniglot import ARRAYS, read_parts
from kvae.data.sources.omniglot import ZIPS
from kvae.files import atomic


def main(folder: Path, out: Path) -> None:
    arrays = dict(zip(ARRAYS, read_parts(*(folder / name for name in ZIPS)), strict=True))
    with atomic(out) as temporary:
        np.savez_compressed(temporary, **arrays)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
