"""The terms of use of each data set."""

import pytest

from kvae import data
from kvae.data.licences import UNKNOWN


@pytest.mark.parametrize("name", data.names())
def test_licence_states_its_source_or_is_unknown(name):
    found = data.licence(name)
    assert found.terms
    if found.hub == UNKNOWN:
        assert "unknown" in found.terms or name == "swiss_roll"
    else:
        assert found.cite
        assert found.url.startswith("http")


@pytest.mark.parametrize(
    ("name", "terms"),
    [
        ("celeba", "non-commercial research only"),
        ("tfds:celeb_a", "non-commercial research only"),
        ("tfds:mnist/3.0.1", "CC BY-SA 3.0, as its authors are commonly quoted"),
        ("tfds:mnist:3.0.1", "CC BY-SA 3.0, as its authors are commonly quoted"),
        ("tfds:another", "unknown"),
        ("folder:/home/me/images", "unknown: the user's own images"),
        ("paired:/home/me/images", "unknown: the user's own images"),
        ("unpaired:/home/me/images", "unknown: the user's own images"),
        ("another", "unknown"),
    ],
)
def test_licence_accepts_every_form_of_name(name, terms):
    assert data.licence(name).terms == terms
