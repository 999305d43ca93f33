"""The map from folders to packages, which has to be computed. All other settings are in pyproject.toml.

The repository has the folders `kvae`, `zoo`, `cli` and `weights` next to each other. An installation has one package,
`kvae`, that holds them all.
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
