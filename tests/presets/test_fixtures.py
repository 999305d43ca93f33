"""Presets that a version has saved are loaded by every later one, on every backend, and answer as they did."""

import numpy as np
import pytest

from kvae.presets import deviation, from_preset, read_card
from kvae.version import __version__
from tests.fixtures.make_presets import FOLDER, NAMES, answers

KEPT = sorted(str(card.parent.relative_to(FOLDER)) for card in FOLDER.glob("*/*/card.json"))


def test_every_version_has_kept_some():
    versions = {name.partition("/")[0] for name in KEPT}
    assert __version__ in versions, "Make them: python -m tests.fixtures.make_presets"
    assert {f"{version}/{name}" for version in versions for name in NAMES} <= set(KEPT)
    assert {read_card(FOLDER / name)["precision"] for name in KEPT} == {"float16", "float32"}
    for version in versions:
        assert sum(file.stat().st_size for file in (FOLDER / version).rglob("*.*")) < 100_000
    print(f"{len(KEPT)} presets of {', '.join(sorted(versions))}")


@pytest.mark.parametrize("name", KEPT)
def test_it_answers_as_it_did(name):
    model = from_preset(FOLDER / name)
    with np.load(FOLDER / name / "answers.npz") as kept:
        expected = dict(kept)
    given = [expected.pop(each) for each in "xy" if each in expected]
    found = answers(model, *given)
    assert set(found) == set(expected)
    for method, answer in found.items():
        np.testing.assert_allclose(answer, expected[method], atol=1e-4, err_msg=method)
    assert deviation(model, read_card(FOLDER / name)["probe"]) < 1e-4
