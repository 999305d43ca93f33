"""The architecture: imports go to lower layers only, files and parts are small, and tests mirror the code."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROOT = TESTS.parent
FOLDERS = {"kvae": ROOT / "kvae", "kvae.zoo": ROOT / "zoo", "kvae.cli": ROOT / "cli", "kvae.weights": ROOT / "weights"}

LAYERS = (
    {"errors", "version", "capabilities", "upgrade", "weights"},
    {"files", "suggest", "progress", "cores", "one_backend"},
    {"backends", "images", "tracking"},
    {"distributions", "data"},
    {"objectives", "networks", "training"},
    {"evaluation"},
    {"latent", "loading", "plots"},
    {"runs"},
    {"callbacks"},
    {"models"},
    {"presets", "serving"},
    {"recipes"},
    {"explorer", "tuning"},
    {"zoo"},
    {"cli"},
)
"""Parts of the library from the lowest to the highest. A part imports only parts of lower layers."""

LAYER = {part: number for number, layer in enumerate(LAYERS) for part in layer}

BACKENDS = ("jax", "tensorflow", "torch")
MODELS = {"model", "trained", "classifier", "vae"}
"""Names of variables that hold models."""

MAX_LINES, MAX_SHARE = 300, 1 / 8
"""Largest number of lines of a file, and largest share of one part in the code."""


def modules() -> dict[str, Path]:
    """Return the file of each module by its dotted name."""
    found = {}
    for package, folder in FOLDERS.items():
        for path in folder.rglob("*.py"):
            parts = path.relative_to(folder).with_suffix("").parts
            found[".".join((package, *(part for part in parts if part != "__init__")))] = path
    return found


MODULES = modules()
EACH_MODULE = pytest.mark.parametrize("name", sorted(MODULES))


def tree_of(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def imports(tree: ast.Module):
    """Yield the dotted names that a module imports, also within functions, but not for the type checker alone."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        waiting += ast.iter_child_nodes(node)


def part_of(name: str) -> str | None:
    """Return the part that a module of kvae belongs to; None for the package itself and for `python -m kvae`."""
    _, _, rest = name.partition(".")
    part = rest.partition(".")[0]
    return part if part and part != "__main__" else None


def own_imports(name: str):
    """Yield the modules of kvae that a module imports."""
    for imported in imports(tree_of(name)):
        if imported in MODULES:
            yield imported
        elif imported.rpartition(".")[0] in MODULES:
            yield imported.rpartition(".")[0]


def test_every_part_has_a_layer():
    assert {part_of(name) for name in MODULES} - {None} == set(LAYER)


@EACH_MODULE
def test_module_imports_lower_layers_only(name):
    here = part_of(name)
    if here is None:
        return  # the package loads its parts when they are first used
    for imported in own_imports(name):
        there = part_of(imported)
        if there not in (None, here):
            assert LAYER[there] < LAYER[here], f"{name} imports {imported}"


def test_modules_have_no_import_cycle():
    graph = {name: set(own_imports(name)) - {name, "kvae"} for name in MODULES if part_of(name) is not None}
    # A package's __init__ gathers what its modules define; they import each other and not the package.
    removed = True
    while removed:
        free = {name for name, below in graph.items() if not below & set(graph)}
        removed = bool(free)
        graph = {name: below for name, below in graph.items() if name not in free}
    assert not graph, f"among {sorted(graph)}"


@EACH_MODULE
def test_backend_is_imported_in_its_own_folder_only(name):
    for imported in imports(tree_of(name)):
        top = imported.partition(".")[0]
        if top in BACKENDS:
            assert name.startswith(f"kvae.backends.{top}"), f"{name} imports {top}"
        if top == "tensorflow_datasets":
            assert name == "kvae.data.tfds"


@pytest.mark.parametrize("name", [name for name in MODULES if part_of(name) in ("data", "images")])
def test_data_and_images_import_no_keras(name):
    assert not {imported for imported in imports(tree_of(name)) if imported.partition(".")[0] == "keras"}


@EACH_MODULE
def test_model_is_never_probed_for_attributes(name):
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("hasattr", "getattr"):
            probed = ast.unparse(node.args[0]).removeprefix("self.")
            assert probed not in MODELS, f"{name}, line {node.lineno}: {ast.unparse(node)}"


@pytest.mark.parametrize("name", [name for name in MODULES if part_of(name) != "weights"])
def test_file_has_at_most_three_hundred_lines(name):
    assert len(MODULES[name].read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def test_files_of_tests_have_at_most_three_hundred_lines():
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in TESTS.rglob("*.py")}
    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}


def test_folders_of_tests_mirror_those_of_the_code():
    """A file of tests is in the folder of the modules that it tests, and has the name of one of them or of a topic."""
    code = {folder.relative_to(ROOT / "kvae").as_posix() for folder in (ROOT / "kvae").rglob("*")}
    code |= {folder.relative_to(ROOT).as_posix() for top in ("zoo", "cli") for folder in (ROOT / top).rglob("*")}
    tested = {path.parent.relative_to(TESTS).as_posix() for path in TESTS.rglob("test_*.py")}
    assert tested - {".", "zoo", "cli", "contracts", "docs", "torture"} <= code


def test_no_part_but_the_zoo_exceeds_an_eighth_of_the_code():
    sizes = {}
    for name, path in MODULES.items():
        if part := part_of(name):
            lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
            sizes[part] = sizes.get(part, 0) + len(lines)
    total = sum(sizes.values())
    large = {part: f"{size / total:.1%}" for part, size in sizes.items() if size > MAX_SHARE * total and part != "zoo"}
    assert not large
