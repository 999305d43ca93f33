"""Time and memory of a training step of each translation model at its published size.

    python -m benchmarks.published                            # all recipes, one after another
    python -m benchmarks.published facades/pix2pix --backend jax

The settings are those of the commands below "the published size" in the docstring of a recipe, with a batch size of 1. The
images are noise in a temporary folder. Each line comes from a new process. The first step includes compilation. The memory
is the most that the process has used (VmHWM, Linux).
"""

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

MARK = "# the published size"
"""Beginning of the comment above the commands."""

STEPS = 2


def main() -> None:
    """Print a line for each published size."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("recipes", nargs="*", help="names of recipes; by default all with a published size")
    parser.add_argument("--backend", choices=("tensorflow", "jax", "torch"), default="tensorflow")
    parser.add_argument("--settings", help=argparse.SUPPRESS)  # of the process that measures
    chosen = parser.parse_args()
    if chosen.settings is not None:
        measure(chosen.recipes[0], dict(pair.split("=", 1) for pair in shlex.split(chosen.settings)))
        return
    os.environ["KERAS_BACKEND"] = chosen.backend
    for name, settings in sizes(chosen.recipes):
        text = shlex.join(f"{key}={value}" for key, value in settings.items())
        subprocess.run([sys.executable, "-m", "benchmarks.published", name, "--settings", text], check=True)


def sizes(names=()) -> list[tuple[str, dict[str, str]]]:
    """Return (name of a recipe, its settings) of each published size, by default of all recipes that take `data.path`."""
    from kvae import zoo
    from kvae.recipes.docstring import fields

    found = []
    for name in names or zoo.names():
        recipe = zoo.load(name)
        if "data.path" not in recipe.parameters():
            continue
        lines, published = fields(recipe.docstring)["Run"].replace("\\\n", " ").splitlines(), False
        for line in map(str.strip, lines):
            published = line.startswith(MARK) if line.startswith("#") else published
            if published and not line.startswith("#"):
                words = shlex.split(line)
                pairs = [words[at + 1].split("=", 1) for at, word in enumerate(words) if word == "--set"]
                found.append((name, dict(pairs) | {"batch_size": "1"}))
    return found


def write_noise(folder: Path, size: tuple[int, int], count: int = 4) -> None:
    """Write images of noise (W, H), in the folders of two domains, and pairs of them side by side."""
    for name, width in (("trainA", 1), ("trainB", 1), ("train", 2)):
        (folder / name).mkdir(parents=True)
        for number in range(count):
            image = Image.effect_noise((width * size[0], size[1]), 50).convert("RGB")
            image.save(folder / name / f"{number}.png")


def built(name: str, settings: dict[str, str], folder: Path, **options):
    """Return the model of a recipe with these settings, and its training batches of noise, which is written to `folder`.

    `options` are further arguments of `compile`.
    """
    from kvae import zoo
    from kvae.recipes.inputs import training_batches

    size = int(settings["data.size"])
    width, height = map(int, settings.get("data.aspect", "1:1").split(":"))
    write_noise(folder, (size * width // height, size))
    recipe = zoo.load(name)
    values = recipe.resolve(settings | {"data.path": str(folder)})
    dataset, training = recipe.data(values), recipe.training(values)
    model = recipe.model(dataset, values)
    model.compile(training.optimizer, **options)
    return model, training_batches(model, dataset, training, seed=0)


def measure(name: str, settings: dict[str, str]) -> None:
    """Train `STEPS` steps and print their seconds, the number of weights and the memory."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["KVAE_CACHE"] = f"{folder}/cache"
        model, batches = built(name, settings, Path(folder) / "noise")
        seconds = []
        for _ in range(STEPS):
            began = time.perf_counter()
            logs = model.train_on_batch(*batches[0], return_dict=True)
            seconds.append(time.perf_counter() - began)
        if not np.isfinite([float(value) for value in logs.values()]).all():
            sys.exit(f"{name}: a loss is not finite: {logs}")
    memory = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    shape = "×".join(map(str, model.data_shape))
    print(
        f"{name} {shape}: {model.count_params():,} weights, first step {seconds[0]:.1f} s, later {seconds[-1]:.1f} s, "
        f"{int(memory.split()[1]) / 2**20:.1f} GB",
        flush=True,
    )


if __name__ == "__main__":
    main()
