"""Samples of folder/cond_vae, trained on two folders of images, as a classifier of real images names them.

    python -m benchmarks.class_folders --data data
    python -m benchmarks.class_folders --data data --images 150 --samples 500 --out runs/class_folders

It writes a folder of PNG files for each of two classes of CIFAR-10, trains folder/cond_vae on them at 32×32 with its
defaults, and cifar10/classifier on all images of these classes. It prints the share of samples of each class that the
classifier names correctly, for the prior and for the sampler that is fitted after training. A run that exists is not
trained again.
"""

import argparse
import os
from pathlib import Path

import numpy as np
from PIL import Image

import kvae
from benchmarks.trained import trained

CLASSES = ("bird", "horse")


def write_folders(folder: Path, images: int) -> Path:
    """Write the first `images` training images of each class as PNG files into a folder of its own."""
    train = kvae.data.load("cifar10", classes=CLASSES).train
    for number, name in enumerate(CLASSES):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for position, row in enumerate(np.flatnonzero(np.asarray(train.y) == number)[:images]):
            Image.fromarray(np.asarray(train.x[row])).save(folder / name / f"{position:03}.png")
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder of the data sets")
    parser.add_argument("--images", type=int, default=150, help="number of images of each class")
    parser.add_argument("--beta", type=float, default=2.0, help="weight of the rate")
    parser.add_argument("--samples", type=int, default=500, help="number of samples of each class")
    parser.add_argument("--out", type=Path, default=Path("runs/class_folders"), help="folder of the images and runs")
    arguments = parser.parse_args()
    os.environ["KVAE_DATA"] = arguments.data

    path = write_folders(arguments.out / "images", arguments.images)
    settings = {"data.path": str(path), "data.size": 32, "model.beta": arguments.beta}
    model = trained("folder/cond_vae", settings, arguments.out / "cond_vae")
    classifier = trained("cifar10/classifier", {}, arguments.out / "classifier")
    print("| class | sampler | share of samples that the classifier names correctly |\n|---|---|---|")
    for name in CLASSES:
        for sampler in ("prior", model.sampler.kind):
            samples = model.sample(arguments.samples, name, sampler=sampler).x
            named = classifier.model.probabilities(samples).argmax(axis=1)
            share = np.mean(named == classifier.label_names.index(name))
            print(f"| {name} | {sampler} | {share:.3f} |")


if __name__ == "__main__":
    main()
