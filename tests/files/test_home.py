"""Accounts without a home directory."""

import os
import pwd
from pathlib import Path

import pytest

from kvae import data
from kvae.data import cache
from kvae.errors import UserError
from kvae.files import expanded


@pytest.fixture
def no_home(monkeypatch):
    def unknown(user):
        raise KeyError(user)

    for name in ("HOME", "KVAE_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)


def test_expanded_path_begins_with_the_home_directory(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    assert expanded("~/faces") == Path("/home/me/faces")
    assert expanded("faces") == Path("faces")


@pytest.mark.skipif(os.name == "nt", reason="Windows has another record of accounts")
def test_account_without_a_home_lists_and_loads_data(no_home):
    assert not data.is_available("mnist", "/nonexistent")
    assert len(data.load("digits").train) > 0
    with pytest.raises(UserError, match="no KVAE_CACHE"):
        cache.folder()
