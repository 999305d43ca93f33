"""A cache of code that JAX has compiled, on disk, so that the next command need not compile it again."""

import contextlib
import hashlib
import os
import platform
import sys
from pathlib import Path

from kvae.errors import UserError

MAX_BYTES = 200 * 10**6
"""Maximum size of the cache. JAX removes the code that has not been used for the longest time."""

CPU = Path("/proc/cpuinfo")
"""A file that describes the processor."""


def use_compile_cache() -> None:
    """Make JAX, if it is the backend and not imported yet, read and write compiled code in the cache of kvae.

    JAX locks the folder, so that several processes can use it at once. Variables of JAX that are set take precedence:
    JAX_ENABLE_COMPILATION_CACHE=0 switches the cache off, and JAX_COMPILATION_CACHE_DIR names another folder.
    """
    if os.environ.get("KERAS_BACKEND") != "jax" or "jax" in sys.modules:
        return
    from kvae.data import cache  # it imports NumPy, which takes time

    with contextlib.suppress(UserError):  # there is no home directory
        os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(cache.folder() / f"jax-{_processor()}"))
        os.environ.setdefault("JAX_COMPILATION_CACHE_MAX_SIZE", str(MAX_BYTES))
        os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")


def _processor() -> str:
    """Return a checksum of the processor's kind and instructions, because compiled code may fail on another processor."""
    lines = {platform.machine(), platform.processor()}
    with contextlib.suppress(OSError):  # Linux alone has this file
        described = CPU.read_text(encoding="utf-8", errors="replace").splitlines()
        lines |= {line for line in described if line.startswith(("model name", "flags", "Features"))}
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:12]
