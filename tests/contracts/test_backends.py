"""Parity of the three backends: equal weights and noise give equal losses and ten equal steps."""

import subprocess
import sys

import keras
import numpy as np
import pytest

from tests.conftest import BACKENDS, ROOT, environment


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """The arrays that `parity.py` computes on each backend."""
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
    pytest.mark.xdist_group("parity"),  # only one process of pytest-xdist starts the backends
    pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="it starts all three backends itself"),
]


@pytest.mark.parametrize("backend", BACKENDS[1:])
def test_losses_equal_those_on_tensorflow(results, backend):
    names = [name for name in results["tensorflow"] if "/loss/" in name]
    assert names
    for name in names:
        np.testing.assert_allclose(results[backend][name], results["tensorflow"][name], rtol=1e-5, err_msg=name)


@pytest.mark.parametrize("backend", BACKENDS[1:])
def test_weights_after_ten_steps_equal_those_on_tensorflow(results, backend):
    names = [name for name in results["tensorflow"] if "/weights/" in name]
    assert names
    for name in names:
        np.testing.assert_allclose(results[backend][name], results["tensorflow"][name], atol=1e-4, err_msg=name)
