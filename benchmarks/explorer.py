"""Times of the explorer's functions with one thread, for each bundled preset.

    python -m benchmarks.explorer                                    # all installed backends
    python -m benchmarks.explorer --backend torch celeba/csvae digits/vae

`opened` is the time in seconds from the trained model to the first image: latent codes are compared, and functions are
compiled. The other columns are in milliseconds. `slider` is the median, and `slowest` the longest, of a hundred moves of a
slider, from the value to the HTML of the image. `samples` draws 16 samples, and `map` the map. Both are second calls.
The browser is not included: `make test-explorer` measures a slider on the page.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

from benchmarks.surroundings import ONE_THREAD, described, surroundings
from kvae.capabilities import DECODER
from kvae.cli.environment import BACKENDS
from kvae.presets import names

MOVES = 100
"""Number of moves of a slider."""


def main() -> None:
    """Measure each backend in a process of its own, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--backend", action="append", choices=BACKENDS)
    parser.add_argument("--here", action="store_true", help="measure in this process, on the backend of Keras")
    parser.add_argument("presets", nargs="*", metavar="PRESET")
    chosen = parser.parse_args()
    if chosen.here:
        print(described(surroundings()))
        print(f"{'backend':12}{'preset':28}{'opened':>8}{'slider':>8}{'slowest':>9}{'samples':>9}{'map':>8}")
        for name in chosen.presets or names():
            report(name)
        return
    for backend in chosen.backend or BACKENDS:
        command = [sys.executable, "-m", "benchmarks.explorer", "--here", *chosen.presets]
        subprocess.run(command, env={**os.environ, **ONE_THREAD, "KERAS_BACKEND": backend}, check=True)


def report(name: str) -> None:
    """Print a line of times of a preset, unless it is a classifier."""
    import keras

    import kvae
    from kvae.explorer import markup
    from kvae.explorer.session import SPAN, LatentSession

    trained = kvae.open_trained(name)
    if DECODER not in trained.model.capabilities:
        return
    began = time.perf_counter()
    session = LatentSession(trained)
    code = session.drawn()
    session.image(code)
    opened = time.perf_counter() - began

    def move(step: int) -> None:
        moved = session.moved(code, session.units[0], SPAN * (2 * step / MOVES - 1))
        markup.image(session.image(moved), "", 320)

    moves = [milliseconds(lambda step=step: move(step)) for step in range(MOVES)]
    twice = [[milliseconds(call) for _ in range(2)][1] for call in (lambda: session.samples(16), session.map)]
    times = "".join(f"{value:{width}.0f}" for value, width in zip([max(moves), *twice], (9, 9, 8), strict=True))
    print(f"{keras.backend.backend():12}{name:28}{opened:8.1f}{statistics.median(moves):8.1f}{times}", flush=True)


def milliseconds(call) -> float:
    """Return the duration of a call."""
    began = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
