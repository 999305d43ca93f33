"""`kvae blend`: blends of two sets of images."""

import pytest
from PIL import Image

from tests.cli.sheets import SIDE, pixels, shape


def test_blend_of_two_classes_reports_negation(kvae_json, run):
    found = kvae_json("blend", run, "--select-a", "label=3", "--select-b", "8", "-n", 12, "--negate", "dark")
    assert found["n"] == 12
    assert set(found["metrics"]) == {"negation_correlation", "negation_change"}
    assert -1 <= found["metrics"]["negation_correlation"] <= 1
    assert Image.open(run / "images/blend.png").size[0] > 3 * SIDE


def test_blend_sweep_goes_from_a_above_to_b_below(kvae, trained, tmp_path):
    for name in ("one.png", "two.gif"):
        result = kvae("blend", trained, "--select-a", "0", "--select-b", "1", "--sweep", 5, "-n", 4, "--out", name)
        assert result.code == 0, result.err
        assert f"4 pairs: {name}" in result.out
    assert shape(tmp_path / "one.png") == (7, 4)
    sheet = pixels(tmp_path / "one.png", 7 * SIDE - 2, 4 * SIDE - 2)
    rows = [sheet[i * SIDE : (i + 1) * SIDE - 2] for i in range(7)]
    zeros, ones = (row[28:36, 28:36].mean() for row in (rows[0], rows[6]))
    assert zeros < ones, "images of a are above, those of b below; a 0 is dark in its centre and a 1 is bright"
    assert Image.open(tmp_path / "two.gif").n_frames == 8, "forwards and backwards"


def test_blend_of_folders_uses_as_many_pairs_as_the_smaller_has(kvae, trained, tmp_path):
    for name, n in (("a", 3), ("b", 2)):
        (tmp_path / name).mkdir()
        for i in range(n):
            Image.effect_noise((16, 16), 90).save(tmp_path / name / f"{i}.png")
    result = kvae("blend", trained, "a", "b", "--weight", 0.5, "--out", "blend.png")
    assert result.code == 0, result.err
    assert "2 pairs, 64 requested: blend.png" in result.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--select-b", "1"], "expected either images A or --select-a"),
        ([".", ".", "--select-a", "1"], "expected either images A or --select-a"),
        (["--select-a", "twelve", "--select-b", "1"], "Expected one of 0, 1, 2"),
        (["--select-a", "Smiling=1", "--select-b", "1"], "Expected one of 0, 1, 2"),
        (["--select-a", "1", "--select-b", "2", "--weight", "2"], "less than or equal to 1"),
    ],
)
def test_blend_bad_arguments_are_refused(kvae, trained, arguments, message):
    result = kvae("blend", trained, *arguments)
    assert result.code == 2
    assert message in result.err


def test_blend_model_of_labelled_data_is_refused(kvae, points):
    result = kvae("blend", points, "--select-a", "0", "--select-b", "1")
    assert result.code != 0
    assert "Expected a model of" in result.err


def test_blend_of_one_pair_reports_no_negation(kvae_json, trained, tmp_path):
    found = kvae_json("blend", trained, "--select-a", "0", "--select-b", "1", "-n", 1, "--out", "one.png")
    assert found == {"model": str(trained), "n": 1, "metrics": {}, "out": "one.png"}
