"""Reconstructions of folder/autoencoder_kl, trained on a folder of images of mixed sizes and modes.

    python -m benchmarks.own_images --data data
    python -m benchmarks.own_images --data data --images 300 --out runs/own_images

It writes rectangular details of photographs of monet2photo, of 80 to 128 pixels a side, as JPEG files in colour, grey and
CMYK, and as PNG files with an alpha channel or a palette. folder/autoencoder_kl is trained on them with its defaults. The
program prints the mean absolute error per value of the validation images, whose values are from 0 to 1: that of the
reconstructions, and that of images that were reduced four times and enlarged again. A run that exists is not trained again.
"""

import argparse
import os
from pathlib import Path

import numpy as np
from PIL import Image

import kvae
from benchmarks.trained import trained

MODES = ("RGB", "L", "CMYK", "RGBA", "LA", "P")
SIDES = (80, 128)
FACTOR = 4


def write_folder(folder: Path, images: int) -> Path:
    """Write a detail of each of the first `images` training photographs, of a random size, in each mode in turn."""
    train = kvae.data.load("monet2photo", size=SIDES[1]).train
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True, exist_ok=True)
    for number, row in enumerate(np.flatnonzero(np.asarray(train.y) == 1)[:images]):
        width, height = rng.integers(SIDES[0], SIDES[1] + 1, 2)
        left, top = (rng.integers(0, SIDES[1] - side + 1) for side in (width, height))
        detail = Image.fromarray(np.asarray(train.x[row])).crop((left, top, left + width, top + height))
        mode = MODES[number % len(MODES)]
        ending = "jpg" if mode in ("RGB", "L", "CMYK") else "png"
        detail.convert(mode).save(folder / f"{number:03}.{ending}")
    return folder


def reduced_and_enlarged(image: np.ndarray) -> np.ndarray:
    """Return an image with values from 0 to 1 after it was reduced by means of squares, and enlarged bicubically."""
    height, width, _ = image.shape
    picture = Image.fromarray((255 * image).round().astype("uint8"))
    small = picture.resize((width // FACTOR, height // FACTOR), Image.Resampling.BOX)
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC)) / 255


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder of the data sets")
    parser.add_argument("--images", type=int, default=300, help="number of images")
    parser.add_argument("--out", type=Path, default=Path("runs/own_images"), help="folder of the images and the run")
    arguments = parser.parse_args()
    os.environ["KVAE_DATA"] = arguments.data

    path = write_folder(arguments.out / "images", arguments.images)
    model = trained("folder/autoencoder_kl", {"data.path": str(path)}, arguments.out / "autoencoder_kl").model
    images = np.stack([np.asarray(image) for image in kvae.data.load(f"folder:{path}", size=64).validation.x]) / 255
    others = {
        "reconstructions": model.reconstruct(images.astype("float32")),
        "reduced and enlarged": np.stack([reduced_and_enlarged(image) for image in images]),
    }
    print(f"| {len(images)} validation images | mean absolute error |\n|---|---|")
    for name, other in others.items():
        print(f"| {name} | {np.abs(other - images).mean():.4f} |")


if __name__ == "__main__":
    main()
