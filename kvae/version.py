"""The version of kvae, and the versions of the packages that it runs on."""

import importlib.metadata
import platform

__version__ = "0.2.0"


def installed_versions(backend: str) -> dict[str, str]:
    """Return the versions of kvae, Python, Keras, NumPy and the package of `backend`."""
    packages = {package: importlib.metadata.version(package) for package in ("keras", "numpy", backend)}
    return {"kvae": __version__, "python": platform.python_version(), **packages}
