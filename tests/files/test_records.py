"""Files of JSON and CSV."""

import os

import pytest

from kvae.errors import UserError
from kvae.files import read_json, write_csv, write_json


def test_read_json_returns_what_write_json_wrote(tmp_path):
    write_json(tmp_path / "x.json", {"a": [1, 2.5, None]})
    assert read_json(tmp_path / "x.json") == {"a": [1, 2.5, None]}


@pytest.mark.parametrize("content", ["{", "\xff", "[" * 200_000])
def test_read_json_of_a_damaged_file_raises_user_error(tmp_path, content):
    (tmp_path / "x.json").write_text(content, encoding="latin-1")
    with pytest.raises(UserError, match=r"valid JSON file. Received: .*x\.json"):
        read_json(tmp_path / "x.json")


def test_read_json_of_a_missing_file_raises_user_error(tmp_path):
    with pytest.raises(UserError, match=r"complete run, search or preset. Received: .*, which lacks x\.json"):
        read_json(tmp_path / "x.json")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes in folders")
def test_read_json_of_a_pipe_raises_user_error(tmp_path):
    os.mkfifo(tmp_path / "x.json")
    with pytest.raises(UserError, match=r"Expected a file or a folder. Received: .*x\.json, which is a pipe"):
        read_json(tmp_path / "x.json")


def test_write_csv_leaves_missing_cells_empty(tmp_path):
    write_csv(tmp_path / "x.csv", [{"a": 1}, {"b": "2, 3"}])
    assert (tmp_path / "x.csv").read_text() == 'a,b\n1,\n,"2, 3"\n'
