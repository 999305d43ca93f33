"""Write the birds and horses of CIFAR-10's training files, and the first 1,000 test images of all classes, as two files.

kvae reads the official files too. The training images of the recipes are then the same, and the test images are all 2,000.

    kvae data get cifar10
    python benchmarks/data/cifar10.py data/cifar10 smaller/cifar10
"""

import gzip
import sys
from pathlib import Path

import numpy as np

from kvae.data.cifar10 import LABELS, read_records
from kvae.files import atomic

CLASSES = [LABELS.index("bird"), LABELS.index("horse")]
TESTED = 1_000


def main(folder: Path, out: Path) -> None:
    records = np.concatenate([read_records(folder / f"data_batch_{i}.bin") for i in range(1, 6)])
    chosen = records[np.isin(records[:, 0], CLASSES)]
    _write(out / f"train_bird_horse_{len(chosen)}.bin.gz", chosen)
    _write(out / f"test_batch_first{TESTED}.bin.gz", read_records(folder / "test_batch.bin")[:TESTED])


def _write(path: Path, records: np.ndarray) -> None:
    with atomic(path) as temporary:
        temporary.write_bytes(gzip.compress(records.tobytes(), mtime=0))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
