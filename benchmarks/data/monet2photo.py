"""Write CycleGAN's data set monet2photo at half its size, 128×128, with every second training photograph.

The official file is https://people.eecs.berkeley.edu/~taesung_park/CycleGAN/datasets/monet2photo.zip, for research use. Its
SHA-256 is 88f91b00fc228f97c9411fbf1880ec1d119c98f1722e4cfcfaa2fb35fac05b04 (tensorflow/datasets, cycle_gan.txt).

    python benchmarks/data/monet2photo.py monet2photo.zip smaller/monet2photo.zip
"""

import sys
from pathlib import Path

from scaled import write_zip

from kvae.images.archives import open_archive

FOLDERS = {"trainA": 1, "testA": 1, "trainB": 2, "testB": 1}
"""Folders, and the steps from one image that is kept to the next."""


def main(official: Path, out: Path) -> None:
    archive = open_archive(official)
    chosen = []
    for folder, step in FOLDERS.items():
        images = [image for image in archive.images if image.parent == folder]
        chosen += [(f"{folder}/{image.file}", image) for image in images[::step]]
    write_zip(out, archive, chosen, lambda width, height: (width // 2, height // 2), quality=88)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
