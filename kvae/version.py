"""The version of kvae, and the versions of the packages that it runs on."""

import platform

__version__ = "0.2.0"


def installed_versions(backend: str) -> dict[str, str]:
    """Return the versions of kvae, Python, Keras, NumPy and the package of `backend`."""
    import importlib.metadata  # here, because every start of the command line would pay for it

    packages = {package: importlib.metadata.version(package) for package in ("keras", "numpy", backend)}
    return {"kvae": __version__, "python": platform.python_version(), **packages}
