"""Training of folder/conv_vae with its defaults on folders of 50 to 9,000 images.

    python benchmarks/folder_defaults.py --data data
    python benchmarks/folder_defaults.py --data data --kinds faces --sizes 50 200

It writes folders of PNG files, trains the recipe on each, and prints for every folder

* the loss of the training images in the last epoch, and with the final weights in inference mode, in nats;
* the squared error of the mean training image for validation images, and that of their reconstructions, per pixel.

The faces are CelebA's, at 28×28 in grey. The paintings are at 32×32 in colour. If a folder has more images than there are
paintings, it also holds square details of them. A painting and its details are in the same split. The images/ of a run
hold reconstructions of validation images.
"""

import argparse
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from kvae import zoo
from kvae.data.splits import permutation, random_splits
from kvae.recipes.inputs import training_batches
from kvae.runs import Run
from kvae.zoo import Recipe

RECIPE = "folder/conv_vae"
SIZES = (50, 200, 500, 2000, 9000)
COLUMNS = (
    *("images", "number", "steps", "training loss", "in inference mode", "change"),
    *("MSE of the mean image", "of reconstructions", "ratio", "CPU seconds"),
)
FORMAT = "| {} | {:,} | {:,} | {:.1f} | {:.1f} | {:+.2f} % | {:.4f} | {:.4f} | {:.2f} | {:.0f} |"

KINDS = {
    "faces": ("celeba/img_align_celeba.zip", {"data.size": 28, "data.color": "gray"}, [(7, 17, 82, 92)]),
    "paintings": (
        "paintings/paintings.zip",
        {"data.size": 32},
        [(0, 0, 224, 224), (0, 0, 149, 149), (75, 75, 224, 224)],
    ),
}
"""Archive, settings of the recipe, and boxes: each box of an image is an image of the folder."""


def write_folder(archive: Path, boxes, n: int, folder: Path) -> None:
    """Write `n` images of `archive` as PNG files of 64×64 pixels, in folders of splits."""
    with zipfile.ZipFile(archive) as file:
        names = sorted(name for name in file.namelist() if name.endswith(".jpg"))
        names = [names[k] for k in permutation(len(names), seed=0)]
        splits = random_splits(names, seed=0)
        if n > len(names) * len(boxes):
            raise SystemExit(f"Expected at most {len(names) * len(boxes):,} images of {archive}. Received: {n:,}.")
        for k in range(n):
            box, source = divmod(k, len(names))
            path = folder / splits[source] / f"{source:05}-{box}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            with file.open(names[source]) as image:
                Image.open(image).crop(boxes[box]).resize((64, 64), Image.LANCZOS).save(path)


def measure(kind: str, n: int, data: Path, out: Path, seed: int) -> str:
    """Return a line of the table: the training on `n` images of `kind`, of which about 80 % are training images."""
    archive, settings, boxes = KINDS[kind]
    folder = out / f"{kind}-{n}"
    if not folder.exists():
        write_folder(data / archive, boxes, n, folder)
    settings = {"data.path": str(folder), **settings}
    began = time.process_time()
    run = zoo.train(RECIPE, settings, out=out / f"run-{kind}-{n}", seed=seed)
    seconds = time.process_time() - began
    return FORMAT.format(kind, n, *evaluate(run, zoo.load(RECIPE)), seconds)


def evaluate(run: Run, recipe: Recipe) -> tuple:
    """Return the values of a run's line of the table, without the time."""
    values, model = recipe.resolve(run.config["parameters"]), run.load_model()
    dataset, training = recipe.data(values), recipe.training(values)
    steps = training.epochs * len(training_batches(model, dataset, training, seed=0))
    model.compile()
    x, held_out = (split.x.astype("float32") / 255 for split in (dataset.train, dataset.validation))
    trained = run.history()["loss"][-1]
    inferred = model.evaluate(x, verbose=0, return_dict=True)["loss"]
    mean, reconstructed = (np.square(y - held_out).mean() for y in (x.mean(axis=0), model.reconstruct(held_out)))
    return steps, trained, inferred, 100 * (inferred / trained - 1), mean, reconstructed, mean / reconstructed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="Folder of the data sets.")
    parser.add_argument("--out", type=Path, help="Folder of the images and the runs; by default a temporary one.")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="Numbers of images.")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS), flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        for n in options.sizes:
            for kind in options.kinds:
                print(measure(kind, n, options.data, options.out or Path(scratch), options.seed), flush=True)


if __name__ == "__main__":
    main()
