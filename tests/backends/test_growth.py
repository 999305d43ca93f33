"""Memory and the number of threads do not grow with repeated calls."""

import ctypes
import json
import os
import subprocess
import sys
import threading

import keras
import pytest
from benchmarks.growth import measure

from tests.conftest import ROOT, environment

BOUND = 50
"""Maximum growth in kB per call."""

pytestmark = pytest.mark.skipif(
    not (os.path.exists("/proc/self/statm") and hasattr(ctypes.CDLL(None), "malloc_trim")),
    reason="the memory of a process is read on Linux with the GNU C library",
)


@pytest.mark.parametrize(
    ("kinds", "options"),
    [
        ("fit,evaluate,metrics,sample", ("--calls", "120")),
        ("new model", ("--calls", "24", "--skipped", "6", "--every", "1")),
    ],
)
def test_repeated_calls_keep_memory_and_threads(kinds, options):
    command = [sys.executable, "-m", "benchmarks.growth", "--backend", keras.backend.backend(), "--json"]
    done = subprocess.run([*command, "--only", kinds, *options], env=environment(), cwd=ROOT, capture_output=True)
    assert done.returncode == 0, done.stderr[-3000:]
    for row in json.loads(done.stdout):
        assert row["kb_per_call"] < BOUND, row
        assert row["threads"][1] <= row["threads"][0], row


def test_measure_of_calls_that_keep_memory_and_threads_returns_their_growth():
    kept, end = [], threading.Event()

    def call():
        kept.append(os.urandom(200_000))
        if len(kept) in (10, 20):
            threading.Thread(target=end.wait, daemon=True).start()

    growth = measure(call, calls=45, skipped=5, every=5, warm_up=0)
    end.set()
    assert 150 < growth["kb_per_call"] < 250
    before, after = growth["threads"]
    assert after == before + 2
