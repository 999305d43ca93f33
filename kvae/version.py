"""The version of kvae, and the versions of the packages that it runs on."""

import platform

__version__ = "0.2.0"


def version_of(package: str) -> str | None:
    """Return the installed version of a package of the index; None if it is not installed."""
    import importlib.metadata  # here, because every start of the command line would pay for it

    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def installed_versions(backend: str) -> dict[str, str]:
    """Return the versions of kvae, Python, Keras, NumPy and the package of `backend`.

    A version is "unknown" if the module is installed by a package of another name, such as tensorflow-cpu.
    """
    packages = {package: version_of(package) or "unknown" for package in ("keras", "numpy", backend)}
    return {"kvae": __version__, "python": platform.python_version(), **packages}
