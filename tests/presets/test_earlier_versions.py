"""Presets of this and of all earlier versions, which must load on every backend and reproduce their outputs."""

import numpy as np
import pytest

from kvae.presets import deviation, from_preset, read_card
from kvae.presets.upgrade import FORMAT
from kvae.version import __version__
from tests.fixtures import PRESETS
from tests.fixtures.make_presets import NAMES, answers

SAVED = sorted(str(card.parent.relative_to(PRESETS)) for card in PRESETS.glob("*/*/card.json"))


def test_fixtures_hold_presets_of_every_version():
    versions = {name.partition("/")[0] for name in SAVED}
    assert __version__ in versions, "Make them: python -m tests.fixtures.make_presets"
    assert {f"{version}/{name}" for version in versions for name in NAMES} <= set(SAVED)
    assert {read_card(PRESETS / name)["precision"] for name in SAVED} == {"float16", "float32"}
    for version in versions:
        assert sum(file.stat().st_size for file in (PRESETS / version).rglob("*.*")) < 100_000
    print(f"{len(SAVED)} presets of {', '.join(sorted(versions))}")


@pytest.mark.parametrize("name", SAVED)
def test_from_preset_of_any_version_reproduces_its_outputs(name):
    model = from_preset(PRESETS / name)
    with np.load(PRESETS / name / "answers.npz") as saved:
        expected = dict(saved)
    given = [expected.pop(each) for each in "xy" if each in expected]
    found = answers(model, *given)
    assert set(found) == set(expected)
    for method, answer in found.items():
        np.testing.assert_allclose(answer, expected[method], atol=1e-4, err_msg=method)
    assert deviation(model, read_card(PRESETS / name)["probe"]) < 1e-4


@pytest.mark.parametrize("name", SAVED)
def test_read_card_of_any_version_returns_the_present_format(name):
    card = read_card(PRESETS / name)
    assert card["format"] == FORMAT
    assert not {"figures", "figures_on", "init_from"} & set(card)
    assert ("metrics" in card) == name.endswith("digits_vae")


def test_read_card_of_a_bundled_preset_by_name_returns_its_recipe():
    assert read_card("digits/vae")["recipe"] == "digits/vae"
