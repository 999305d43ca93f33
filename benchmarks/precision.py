"""Speed and final ELBO of two recipes, trained in float32 and in bfloat16.

    python benchmarks/precision.py --backend torch                 # both recipes, three seeds each: hours
    python benchmarks/precision.py --backend torch --seeds 1 --epochs 2 --limit 200

The two trainings of a seed take turns in one process: an epoch in float32, the same epoch in bfloat16, and so on. Other
load on the machine therefore affects both alike. The speed ratio is the median over the epochs of the seconds of training in
float32 divided by those in bfloat16, without the first epoch, in which functions are compiled. If the ratio is above 1,
bfloat16 is faster. The ELBO is that of the held-out data after the last epoch, in nats, computed in float32 for both.
"""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

RECIPES = ("celeba/dcgan_vae", "cifar10/residual_vae")
"""Recipes whose networks are like DCGAN's, and residual."""

PRECISIONS = ("float32", "bfloat16")


def measure(name: str, settings: dict, seed: int, folder: Path) -> dict:
    """Return the median of the seconds per epoch and the final ELBO in each precision, and the speed ratio."""
    from kvae import zoo
    from kvae.recipes.finish import finish
    from kvae.recipes.session import Session

    recipe = zoo.load(name)
    values = recipe.resolve(settings)
    sessions = {precision: Session(recipe, values, seed, precision=precision) for precision in PRECISIONS}
    runs = {precision: each.create_run(folder / precision) for precision, each in sessions.items()}
    timers = {precision: _timer() for precision in PRECISIONS}
    for _ in range(values["epochs"]):
        for precision, session in sessions.items():
            session.fit(runs[precision], runs[precision].epochs(), [timers[precision]], progress=False)
    elbo = {each: finish(runs[each], sessions[each]).metrics["metrics"]["elbo"] for each in PRECISIONS}
    seconds = {precision: timer.seconds[1:] or timer.seconds for precision, timer in timers.items()}
    ratios = [single / half for single, half in zip(*seconds.values(), strict=True)]
    medians = {precision: statistics.median(each) for precision, each in seconds.items()}
    return {"seconds": medians, "ratio": statistics.median(ratios), "elbo": elbo}


def _timer():
    """Return a callback that measures the seconds of training in an epoch, without validation, and stops after the epoch."""
    import keras

    class Timer(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.seconds = []

        def on_epoch_begin(self, epoch, logs=None):
            self.began, self.ended = time.perf_counter(), None

        def on_test_begin(self, logs=None):
            self.ended = self.ended or time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            self.seconds.append((self.ended or time.perf_counter()) - self.began)
            self.model.stop_training = True

    return Timer()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--backend", choices=("tensorflow", "jax", "torch"), help="Backend; by default KERAS_BACKEND.")
    parser.add_argument("--recipe", action="append", choices=RECIPES, help="Recipe; repeatable. By default both.")
    parser.add_argument("--seeds", type=int, default=3, help="Number of seeds, from 0.")
    parser.add_argument("--epochs", type=int, help="Number of epochs; by default that of the recipe.")
    parser.add_argument("--limit", type=int, help="Largest number of images in each split; by default all.")
    options = parser.parse_args()
    if options.backend:
        os.environ["KERAS_BACKEND"] = options.backend
    settings = {"epochs": options.epochs, "data.limit": options.limit}
    settings = {name: value for name, value in settings.items() if value is not None}
    line = "{:22}{:>5}{:>12}{:>12}{:>8}{:>14}{:>14}"
    head = ("recipe", "seed", "float32 s", "bfloat16 s", "ratio", "ELBO float32", "ELBO bfloat16")
    print(line.format(*head), flush=True)
    for recipe in options.recipe or RECIPES:
        for seed in range(options.seeds):
            with tempfile.TemporaryDirectory() as folder:
                found = measure(recipe, settings, seed, Path(folder))
            numbers = [
                f"{value:.2f}" for value in (*found["seconds"].values(), found["ratio"], *found["elbo"].values())
            ]
            print(line.format(recipe, seed, *numbers), flush=True)


if __name__ == "__main__":
    main()
