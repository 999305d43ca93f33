"""Compiled code that models share if they differ only in values, such as the trials of a search."""

from pathlib import Path

import keras
import pytest

from kvae import backends
from tests.contracts.models import MODELS, batch


def _train(beta):
    model = MODELS["VAE"]()
    model.beta.assign(beta)
    model.compile(keras.optimizers.Adam(1e-3))
    return model.fit(batch(16), batch_size=8, verbose=0).history["loss"]


@pytest.mark.skipif(keras.backend.backend() != "jax", reason="compilation takes long on JAX only")
def test_compilation_cache_compiles_models_that_differ_in_values_once():
    import jax

    before = jax.config.jax_persistent_cache_min_compile_time_secs
    # By default JAX would not store a network as small as this.
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    try:
        with backends.compilation_cache():
            folder = Path(jax.config.jax_compilation_cache_dir)
            first = _train(1.0)
            compiled = {file.name for file in folder.glob("jit_train_step*-cache")}
            second = _train(2.0)
            assert compiled
            assert {file.name for file in folder.glob("jit_train_step*-cache")} == compiled
            assert first != second
    finally:
        jax.config.update("jax_persistent_cache_min_compile_time_secs", before)
    assert not folder.exists()
    assert jax.config.jax_compilation_cache_dir is None
