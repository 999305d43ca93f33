"""Time of a training step of a dense network, when several steps run without returning to Keras and its callbacks.

    KERAS_BACKEND=jax python -m benchmarks.steps_per_execution

The model is an IWAE (784-200-200-50, 5 samples). It trains in batches of 20 with the callback that stops at NaN, as
`kvae train` does. The settings are measured in turns (ABC ABC …) in one process. A ratio is the median of the ratios of
speeds within a turn: above 1, the setting is faster than one step at a time.
"""

import argparse
import statistics
import time

import keras

from benchmarks.in_kvae import dense_networks
from benchmarks.work import PIXELS, pixels
from kvae.callbacks import StopOnNonFinite
from kvae.models import IWAE
from kvae.training.batches import Batches

BATCH = 20


def main() -> None:
    """Measure, and print a line for each setting."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--batches", type=int, default=400)
    parser.add_argument("--steps", type=int, nargs="+", default=[1, 5, 20, 100])
    chosen = parser.parse_args()
    data = Batches(pixels(BATCH * chosen.batches, PIXELS), batch_size=BATCH, seed=0)
    models = {steps: compiled(steps) for steps in chosen.steps}
    for model in models.values():
        seconds(model, data)  # so that tracing and compilation are not timed
    turns = [{steps: seconds(model, data) for steps, model in models.items()} for _ in range(chosen.turns)]
    for steps in models:
        milliseconds = 1000 * statistics.median(turn[steps] for turn in turns) / chosen.batches
        ratios = [turn[chosen.steps[0]] / turn[steps] for turn in turns]
        print(
            f"{keras.backend.backend()}, steps_per_execution={steps}: {milliseconds:.2f} ms a step, "
            f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        )


def compiled(steps: int) -> IWAE:
    """Return the model that trains with `steps` steps per execution."""
    model = IWAE(*dense_networks(), samples=5)
    model.compile(keras.optimizers.Adam(1e-3), steps_per_execution=steps)
    return model


def seconds(model: IWAE, data: Batches) -> float:
    """Train for an epoch, and return its time."""
    began = time.perf_counter()
    model.fit(data, verbose=0, callbacks=[StopOnNonFinite()])
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
