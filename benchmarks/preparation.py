"""Time of preparing images with all cores, next to one core, and the peak memory of each.

    python benchmarks/preparation.py                    # 10,000 images of the size of CelebA's
    python benchmarks/preparation.py --images 1000

The images are JPEG files of smooth random colours in a folder. Each run is a new process with an empty cache, which crops
and scales them to 64 × 64 pixels. One core means that the process may use only one core (Linux). The memory is
what the process and those that decode for it have allocated (RssAnon, the largest of ten samples a second), without pages
of the prepared file, which the system drops when it needs room.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

PREPARE = """
import glob, os, re, sys, threading, time
from kvae import data
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:int(sys.argv[2])])
peak = 0

def sample():
    global peak
    while True:
        others = [number for path in glob.glob("/proc/self/task/*/children") for number in open(path).read().split()]
        texts = [open(path).read() for path in glob.glob("/proc/[0-9]*/status") if path.split("/")[2] in others]
        texts.append(open("/proc/self/status").read())
        peak = max(peak, sum(int(kilobytes) for text in texts for kilobytes in re.findall("RssAnon:(.*)kB", text)))
        time.sleep(0.1)

threading.Thread(target=sample, daemon=True).start()
began = time.monotonic()
prepared = data.load(f"folder:{sys.argv[1]}", size=64)
print(time.monotonic() - began, peak / 1024, prepared.fingerprint)
"""


def main() -> None:
    """Write the images, prepare them in turns by one core and by all, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--turns", type=int, default=3)
    chosen = parser.parse_args()
    cores = (1, len(os.sched_getaffinity(0)))
    with tempfile.TemporaryDirectory() as folder:
        write_images(Path(folder), chosen.images)
        runs = [[prepared(folder, number) for number in cores] for _ in range(chosen.turns)]
    if len({fingerprint for turn in runs for *_, fingerprint in turn}) > 1:
        sys.exit("The fingerprints of the prepared images differ.")
    times = np.array([[measured[:2] for measured in turn] for turn in runs])  # (T, 2, 2)
    for number, (seconds, megabytes) in zip(cores, np.median(times, axis=0), strict=True):
        print(
            f"{chosen.images:,} images, {number} {'core' if number == 1 else 'cores'}: {seconds:.1f} s, {megabytes:.0f} MB"
        )
    ratios = times[:, 0, 0] / times[:, 1, 0]
    print(f"all cores are {np.median(ratios):.2f} times as fast ({ratios.min():.2f} to {ratios.max():.2f})")


def write_images(folder: Path, n: int) -> None:
    """Write `n` JPEG files of 178 × 218 pixels into `folder`."""
    rng = np.random.default_rng(0)
    for i in range(n):
        small = Image.fromarray(rng.integers(0, 256, (14, 11, 3), np.uint8))
        small.resize((178, 218), Image.Resampling.BICUBIC).save(folder / f"{i:06}.jpg", quality=90)


def prepared(folder: str, cores: int) -> tuple[float, float, str]:
    """Return the seconds and megabytes that a new process with `cores` cores needs for the images, and their fingerprint."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "KVAE_CACHE": cache}
        command = [sys.executable, "-c", PREPARE, folder, str(cores)]
        printed = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    seconds, megabytes, fingerprint = printed.split()
    return float(seconds), float(megabytes), fingerprint


if __name__ == "__main__":
    main()
