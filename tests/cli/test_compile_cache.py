"""The cache of compiled code on JAX."""

import os
import subprocess
import sys

import pytest

from kvae.cli import compile_cache
from tests.conftest import environment

DIR, SIZE, MIN = (
    "JAX_COMPILATION_CACHE_DIR",
    "JAX_COMPILATION_CACHE_MAX_SIZE",
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS",
)


@pytest.fixture
def variables(monkeypatch, tmp_path):
    """Remove JAX and its variables, and restore them after the test."""
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.delitem(sys.modules, "jax", raising=False)
    monkeypatch.setenv("KVAE_CACHE", str(tmp_path))
    for name in (DIR, SIZE, MIN):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def test_compile_cache_lies_in_the_cache_of_kvae_and_is_bounded(variables, tmp_path):
    compile_cache.use_compile_cache()
    assert os.environ[DIR].startswith(f"{tmp_path}/jax-")
    assert 0 < int(os.environ[SIZE]) <= 10**9


def test_compile_cache_keeps_the_users_settings(variables, monkeypatch):
    monkeypatch.setenv(DIR, "elsewhere")
    compile_cache.use_compile_cache()
    assert os.environ[DIR] == "elsewhere"


def test_compile_cache_of_another_processor_is_another_folder(variables, tmp_path, monkeypatch):
    folders = []
    for flags in ("sse2", "sse2 amx"):
        (tmp_path / "cpuinfo").write_text(f"flags : {flags}\n")
        monkeypatch.setattr(compile_cache, "CPU", tmp_path / "cpuinfo")
        monkeypatch.delenv(DIR, raising=False)
        compile_cache.use_compile_cache()
        folders.append(os.environ[DIR])
    assert len(set(folders)) == 2


def test_compile_cache_is_for_jax_alone(variables, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    compile_cache.use_compile_cache()
    assert DIR not in os.environ


CODE = """
from kvae.cli.compile_cache import use_compile_cache
use_compile_cache()
import jax
draw = lambda key: jax.nn.softmax(jax.random.normal(key, (50, 50)) @ jax.random.normal(key, (50, 7)))
print(jax.jit(draw)(jax.random.key(0)).tolist())
"""


def test_stored_code_of_two_processes_gives_the_same_values(tmp_path):
    """Two processes fill the cache at the same time, a third one reads it, and a fourth one does without."""

    def start(**variables):
        changed = environment("jax", KVAE_CACHE=str(tmp_path), **variables)
        return subprocess.Popen([sys.executable, "-c", CODE], env=changed, stdout=subprocess.PIPE, text=True)

    def stored():
        return {file.name for file in tmp_path.glob("jax-*/*-cache")}

    pytest.importorskip("jax")
    printed = [process.communicate()[0] for process in [start(), start()]]
    after_two = stored()
    printed += [start().communicate()[0], start(JAX_ENABLE_COMPILATION_CACHE="0").communicate()[0]]
    assert after_two == stored() != set()
    assert len(set(printed)) == 1
    assert printed[0].startswith("[[")
