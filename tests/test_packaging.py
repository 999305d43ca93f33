"""The name of the distribution. On the package index the name `kvae` belongs to another project."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

DISTRIBUTION = "kvae-zoo"

HINT = re.compile(r"pip install (?P<what>.{1,40})")
"""The names in the installation hints."""

FROM_INDEX = re.compile(r'"kvae-zoo\[[\w{},…]+\]"')  # {name} and … stand for an extra
FROM_CHECKOUT = re.compile(r'-e "\.(\[[\w,]+\])?"')

NOT_HINTS = ("Makefile", Path(__file__).relative_to(ROOT).as_posix())
"""Files whose commands no user copies."""

OTHER_PROJECT = re.compile(r"(?<![\w.-])kvae\[[a-z{]")
"""Extras of the other project called `kvae`."""


def _tracked_texts() -> dict[str, str]:
    """Return the text of every tracked file, without the backslashes of regular expressions and escaped quotes."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    texts = {}
    for name in filter(None, listed.split("\0")):
        try:
            texts[name] = (ROOT / name).read_text(encoding="utf-8").replace("\\", "")
        except (UnicodeDecodeError, FileNotFoundError):  # a binary file, or one that is being removed
            continue
    return texts


@pytest.fixture(scope="module")
def texts():
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    return _tracked_texts()


def _is_right(hint: str) -> bool:
    return bool(FROM_INDEX.match(hint) or FROM_CHECKOUT.match(hint))


def test_pyproject_names_the_distribution():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == DISTRIBUTION
    assert list(project["scripts"]) == ["kvae"]


def test_install_hints_in_tracked_files_name_the_distribution(texts):
    hints = [(name, m["what"]) for name, text in texts.items() if name not in NOT_HINTS for m in HINT.finditer(text)]
    assert len(hints) > 10
    assert [(name, what) for name, what in hints if not _is_right(what)] == []


def test_extras_in_tracked_files_belong_to_the_distribution(texts):
    assert [name for name, text in texts.items() if name not in NOT_HINTS and OTHER_PROJECT.search(text)] == []


@pytest.mark.parametrize("hint", ['"kvae[hub]"', "'kvae-zoo[hub]'", "kvae", "kvae-zoo[hub]", '"kvae"', "-e kvae"])
def test_install_hint_in_another_form_is_found(hint):
    assert not _is_right(hint)
