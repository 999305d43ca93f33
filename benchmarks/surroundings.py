"""Facts on which measured numbers depend."""

import os
import platform
import shutil
import subprocess
from collections.abc import Sequence
from importlib import metadata

ONE_THREAD = {"NPROC": "1", "OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
"""Environment variables with which JAX, PyTorch and TensorFlow use one thread."""

PACKAGES = ("keras", "tensorflow", "jax", "torch", "pythae")


def surroundings(packages: Sequence[str] = PACKAGES) -> dict:
    """Return the processor, its cores, the GPU, the threads that the environment sets, and versions of packages."""
    threads = {name: os.environ[name] for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS") if name in os.environ}
    versions = {}
    for package in packages:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return {"processor": _processor(), "cores": os.cpu_count(), **_gpu(), "threads": threads, "versions": versions}


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as lines:
            return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


def _gpu() -> dict:
    if not shutil.which("nvidia-smi"):
        return {}
    command = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
    return {"gpu": subprocess.run(command, stdout=subprocess.PIPE, text=True).stdout.strip().replace("\n", ", ")}


def described(about: dict) -> str:
    """Return the facts as a line of text."""
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    threads = ", ".join(f"{name}={value}" for name, value in about["threads"].items()) or "as each library chooses"
    gpu = f" GPU: {about['gpu']}." if about.get("gpu") else ""
    return f"{about['processor']}, {about['cores']} cores.{gpu} Threads: {threads}. {versions}."
