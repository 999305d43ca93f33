"""Descriptions of the data sets, and states of their files."""

import re

import pytest

from kvae import data
from kvae.data import official_files
from kvae.data.inventory import DIFFERS, MISSING, PRESENT
from kvae.data.sources import SOURCES
from kvae.errors import UserError
from tests.data.test_mnist import write_mnist


@pytest.mark.parametrize("name", data.names())
def test_source_states_where_each_file_is_from(name):
    source = SOURCES[name]
    assert source.licence.terms
    assert source.origin or source.licence.url.startswith("http")
    assert bool(source.steps) == (bool(source.patterns) and not source.may_be_downloaded)
    assert len(source.steps) in (0, 2)
    for file in source.files:
        assert re.fullmatch("[0-9a-f]{64}", file.sha256)
        assert file.url.startswith("https://") or source.steps
        assert file.url.endswith(file.name) or source.steps
    assert len({file.sha256 for file in source.files}) == len(source.files)


@pytest.mark.parametrize("name", [name for name, source in SOURCES.items() if source.files])
def test_source_with_its_official_files_is_available(name, data_dir):
    (data_dir / name).mkdir()
    assert not data.is_available(name)
    for file in SOURCES[name].files:
        for each in file.members or (file.name,):
            (data_dir / name / each).touch()
    assert data.is_available(name)
    for pattern in SOURCES[name].patterns:
        assert official_files.find(data_dir / name, pattern)


def test_describe_states_which_files_are_present(data_dir):
    write_mnist(data_dir / "mnist", zipped=True)
    (data_dir / "mnist" / "train-labels-idx1-ubyte.gz").rename(data_dir / "mnist" / "train-labels-idx1-ubyte")
    described = data.describe("mnist")
    assert described["available"]
    assert described["folder"] == str(data_dir / "mnist")
    assert described["origin"] == "http://yann.lecun.com/exdb/mnist/"
    assert [file["state"] for file in described["files"]] == [DIFFERS, MISSING, DIFFERS, DIFFERS]
    assert described["other_files"] == ["train-labels-idx1-ubyte"]
    assert described["download"] == "kvae data get mnist"
    assert described["instructions"] == []


def test_describe_data_without_files():
    described = data.describe("swiss_roll")
    assert (described["available"], described["folder"], described["files"]) == (True, None, [])
    assert described["origin"] == "drawn by scikit-learn"


def test_describe_of_an_unknown_name_suggests_the_nearest():
    with pytest.raises(UserError, match="mean celeba"):
        data.describe("celba")


@pytest.mark.real
@pytest.mark.parametrize(("name", "file"), [("mnist", "t10k-images-idx3-ubyte.gz"), ("celeba", "identity_CelebA.txt")])
def test_real_official_files_have_their_checksums(real, name, file):
    states = {entry["name"]: entry["state"] for entry in data.describe(name, verify=True)["files"]}
    assert states[file] == PRESENT
