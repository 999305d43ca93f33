"""The same weights and noise give the same losses and the same ten steps on three backends."""

import subprocess
import sys

import keras
import numpy as np
import pytest

from tests.conftest import BACKENDS, ROOT, environment


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """What `parity.py` computes on each backend."""
    folder = tmp_path_factory.mktemp("parity")
    for backend in BACKENDS:
        subprocess.run(
            [sys.executable, "-m", "tests.contracts.parity", str(folder / f"{backend}.npz")],
            env=environment(backend),
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
    return {backend: dict(np.load(folder / f"{backend}.npz")) for backend in BACKENDS}


pytestmark = [
    pytest.mark.xdist_group("parity"),  # one process of pytest-xdist starts the backends, not each
    pytest.mark.skipif(
        keras.backend.backend() != "tensorflow", reason="starts all three backends itself; once is enough"
    ),
]


@pytest.mark.parametrize("backend", BACKENDS[1:])
def test_losses_are_equal(results, backend):
    names = [name for name in results["tensorflow"] if "/loss/" in name]
    assert names
    for name in names:
        np.testing.assert_allclose(results[backend][name], results["tensorflow"][name], rtol=1e-5, err_msg=name)


@pytest.mark.parametrize("backend", BACKENDS[1:])
def test_ten_steps_are_equal(results, backend):
    names = [name for name in results["tensorflow"] if "/weights/" in name]
    assert names
    for name in names:
        np.testing.assert_allclose(results[backend][name], results["tensorflow"][name], atol=1e-4, err_msg=name)
