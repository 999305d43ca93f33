"""Cut the sprite of Fashion-MNIST into 900 labelled images.

The sprite is doc/img/fashion-mnist-sprite.png in https://github.com/zalandoresearch/fashion-mnist: 30 rows of 30 images, of
which each class takes three rows.

    python benchmarks/data/fashion_mnist_sprite.py fashion-mnist-sprite.png fashion_mnist_sprite900.npz
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from kvae.files import atomic

SIDE, EDGE = 30, 28  # images in a row or a column, and pixels in a row or a column of an image


def main(sprite: Path, out: Path) -> None:
    pixels = np.asarray(Image.open(sprite).convert("L")).reshape(SIDE, EDGE, SIDE, EDGE)
    images = pixels.transpose(0, 2, 1, 3).reshape(-1, EDGE, EDGE)  # (row, y, column, x) -> (image, y, x)
    labels = np.repeat(np.arange(10, dtype=np.uint8), 3 * SIDE)
    with atomic(out) as temporary:
        np.savez_compressed(temporary, images=images, labels=labels)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
