"""`data.load` and `data.names`: names, options, missing data, and the cost of the import."""

import pytest

from kvae import data
from kvae.data import registry
from kvae.errors import UserError


def test_names_lists_every_data_set():
    assert data.names() == (
        "binarized_mnist",
        "celeba",
        "cifar10",
        "digits",
        "facades",
        "fashion_mnist",
        "mnist",
        "monet2photo",
        "omniglot",
        "paintings",
        "stl10",
        "swiss_roll",
    )


def test_is_available_imports_no_large_library(run_python):
    code = (
        "import sys, kvae.data as d; [d.is_available(n) for n in (*d.names(), 'tfds:mnist', 'folder:x')];"
        "[d.describe(n) for n in d.names()];"
        "heavy = 'keras tensorflow tensorflow_datasets torch jax sklearn PIL numpy rich urllib.request'.split();"
        "print([m for m in heavy if m in sys.modules])"
    )
    assert run_python(code).strip() == "[]"


def test_sources_have_documented_loaders():
    import pkgutil

    for source in registry.SOURCES.values():
        assert pkgutil.resolve_name(f"kvae.data.{source.loader}").__doc__


@pytest.mark.parametrize(
    ("name", "near"),
    [("celba", "celeba"), ("MNIST", "mnist"), ("folders", "folder:PATH"), ("paird", "paired:PATH")],
)
def test_load_of_an_unknown_name_suggests_the_nearest(name, near):
    with pytest.raises(UserError, match=rf"name='{name}'..* (mean|one of) .*{near}"):
        data.load(name)
    with pytest.raises(UserError, match=f"name='{name}'"):
        data.is_available(name)


@pytest.mark.parametrize("name", ["nothing:x", "folder:", "paired:", "tfds:"])
def test_load_of_a_name_with_an_empty_part_is_refused(name):
    with pytest.raises(UserError, match="Expected a known name"):
        data.load(name)


def test_load_with_an_unknown_option_lists_the_known_ones():
    with pytest.raises(UserError, match=r"options of swiss_roll: n, noise, label, limit. Received: points=3"):
        data.load("swiss_roll", points=3)
    with pytest.raises(UserError, match=r"options of digits: limit. Received: size=32"):
        data.load("digits", size=32)


@pytest.mark.parametrize("name", [name for name, source in registry.SOURCES.items() if source.patterns])
def test_load_without_files_names_the_folder_and_the_files(name, data_dir):
    assert not data.is_available(name)
    with pytest.raises(UserError) as failure:
        data.load(name)
    message = str(failure.value)
    assert f"Expected {name} in {data_dir / name}: " in message
    assert "ut the official files there (data_dir or KVAE_DATA sets" in message
    source = registry.SOURCES[name]
    assert ("tensorflow_datasets.load" in message) == (source.tfds is not None)
    if source.may_be_downloaded:
        assert f"Received: no such folder. Download the files: kvae data get {name}. Or put" in message
    else:
        assert failure.value.__notes__ == source.instructions(data_dir / name)


def test_load_without_files_names_the_files_found_instead(data_dir):
    (data_dir / "mnist").mkdir()
    with pytest.raises(UserError, match="Received: nothing"):
        data.load("mnist")
    (data_dir / "mnist" / "mnist.pkl").write_bytes(b"")
    with pytest.raises(UserError, match=r"train-images-idx3-ubyte.*Received: only mnist.pkl"):
        data.load("mnist")


def test_load_by_default_reads_the_folder_data(monkeypatch, tmp_path, paint):
    monkeypatch.delenv("KVAE_DATA")
    monkeypatch.chdir(tmp_path)
    paint(tmp_path / "data" / "paintings" / "claude-monet" / "1.png")
    assert data.is_available("paintings")
    assert len(data.load("paintings", size=8).train) == 1


def test_is_available_of_built_in_data_is_true():
    assert data.is_available("digits")
    assert data.is_available("swiss_roll")


def test_is_available_of_a_folder_checks_that_it_exists(tmp_path):
    assert data.is_available(f"folder:{tmp_path}")
    assert not data.is_available(f"folder:{tmp_path / 'nowhere'}")


def test_load_without_permission_raises_user_error(data_dir, forbid):
    (data_dir / "mnist").mkdir()
    forbid(data_dir / "mnist")
    assert not data.is_available("mnist")
    with pytest.raises(UserError, match=r"permission to read the data. Received: .*mnist: permission denied"):
        data.load("mnist")


def test_load_after_another_system_error_raises_user_error(data_dir):
    for name in ("train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin"):
        (data_dir / "stl10" / name).mkdir(parents=True)
    with pytest.raises(UserError, match="Expected"):
        data.load("stl10")
