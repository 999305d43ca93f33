"""Who may import whom: the floors of ARCHITECTURE.md, and backends in their own files only."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = {"kvae": ROOT / "kvae", "kvae.zoo": ROOT / "zoo", "kvae.cli": ROOT / "cli"}

FLOORS = [
    {"errors", "files", "progress", "version"},
    {"data", "networks", "training", "distributions"},
    {"objectives", "evaluation"},
    {"models", "runs", "presets"},
    {"zoo"},
    {"cli"},
]
FLOOR = {name: i for i, floor in enumerate(FLOORS) for name in floor}

MAY_IMPORT = {
    "jax": {"training/backends/jax.py"},
    "tensorflow": {"training/backends/tensorflow.py"},
    "torch": {"training/backends/torch.py"},
}
SIDEWAYS = {
    ("files", "errors"),
    ("distributions", "training"),
    ("networks", "training"),
    ("evaluation", "objectives"),
    ("networks", "distributions"),
    ("runs", "models"),
    ("presets", "models"),
    ("presets", "runs"),
}
"""Imports within one floor that the architecture allows, besides a part's own."""

BELOW_TRAINING = ("distributions", "networks")
"""Parts that know of training its backends alone: how fast something is computed, not how anything learns."""


def files():
    for package, folder in FOLDERS.items():
        for path in folder.rglob("*.py"):
            yield package, path.relative_to(folder), path


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize(("package", "relative", "path"), list(files()), ids=lambda p: str(p))
def test_imports_run_downwards(package, relative, path):
    here = package.split(".")[1] if "." in package else relative.parts[0].removesuffix(".py")
    for name in imports(path):
        top = name.split(".")[0]
        if top in MAY_IMPORT:
            assert relative.as_posix() in MAY_IMPORT[top], f"{relative} imports {top}"
        if top == "tensorflow_datasets":
            assert relative.as_posix() == "data/tfds.py"
        parts = name.split(".")
        if top != "kvae" or len(parts) < 2 or here not in FLOOR or parts[1] not in FLOOR or parts[1] == here:
            continue
        below = FLOOR[parts[1]] < FLOOR[here]
        assert below or (here, parts[1]) in SIDEWAYS, f"{here} imports {parts[1]} ({relative})"


@pytest.mark.parametrize("part", BELOW_TRAINING)
def test_of_training_only_the_backends_are_known(part):
    for path in (ROOT / "kvae" / part).rglob("*.py"):
        for name in imports(path):
            outside = f"{name}.".startswith("kvae.training.") and not f"{name}.".startswith("kvae.backends.")
            assert not outside, f"{part} imports {name} ({path.name})"


def test_data_know_no_models():
    for path in (ROOT / "kvae" / "data").rglob("*.py"):
        for name in imports(path):
            assert name.split(".")[0] != "keras", f"{path.name} imports {name}"


def test_every_part_stands_on_a_floor():
    parts = {p.name.removesuffix(".py") for p in (ROOT / "kvae").iterdir() if not p.name.startswith(("_", "."))}
    parts = {p for p in parts if (ROOT / "kvae" / p).is_dir() or (ROOT / "kvae" / f"{p}.py").is_file()}
    assert parts <= set(FLOOR), parts - set(FLOOR)
