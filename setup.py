"""Everything else is in pyproject.toml; only the map from folders to packages has to be computed.

The repository shows `kvae`, `zoo`, `cli` and `weights` side by side; an installation holds one package, `kvae`.
"""

from setuptools import find_packages, setup

FOLDERS = {"kvae": "kvae", "kvae.zoo": "zoo", "kvae.cli": "cli", "kvae.weights": "weights"}

setup(
    package_dir=FOLDERS,
    packages=[
        name
        for package, folder in FOLDERS.items()
        for name in (package, *(f"{package}.{inner}" for inner in find_packages(folder)))
    ],
)
