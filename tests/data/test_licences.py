"""What is known of each data set's terms."""

import pytest

from kvae import data
from kvae.data.licences import LICENCES, UNKNOWN


def test_every_data_set_has_its_line():
    assert set(LICENCES) == set(data.names())


@pytest.mark.parametrize("name", data.names())
def test_terms_are_stated_or_said_to_be_unknown(name):
    stated = data.licence(name)
    assert stated.terms
    if stated.hub == UNKNOWN:
        assert "unknown" in stated.terms or name == "swiss_roll"
    else:
        assert stated.cite
        assert stated.url.startswith("http")


@pytest.mark.parametrize(
    ("name", "terms"),
    [
        ("celeba", "non-commercial research only"),
        ("tfds:celeb_a", "non-commercial research only"),
        ("tfds:mnist/3.0.1", "CC BY-SA 3.0, as its authors are commonly quoted"),
        ("tfds:mnist:3.0.1", "CC BY-SA 3.0, as its authors are commonly quoted"),
        ("tfds:elsewhere", "unknown"),
        ("folder:/home/me/pictures", "unknown: the user's own images"),
        ("somebody's", "unknown"),
    ],
)
def test_by_any_name(name, terms):
    assert data.licence(name).terms == terms
