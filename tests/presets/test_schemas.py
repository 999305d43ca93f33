"""Cards whose facts have a wrong type."""

import json
import shutil
from pathlib import Path

import pytest

from kvae.errors import UserError
from kvae.presets import from_preset

PRESET = Path(__file__).parent.parent / "fixtures" / "presets" / "0.2.0" / "digits_vae"


def test_card_with_facts_of_a_wrong_type_is_refused(tmp_path):
    shutil.copytree(PRESET, tmp_path / "p")
    card = json.loads((tmp_path / "p" / "card.json").read_text())
    for key, value in {
        "sha256": [],
        "epochs": "many",
        "metrics": 1,
        "data": {"labels": "ab"},
        "probe": {"seed": -1},
    }.items():
        (tmp_path / "p" / "card.json").write_text(json.dumps({**card, key: value}))
        with pytest.raises(UserError, match=rf"Expected a whole card.json, .*\({key}"):
            from_preset(tmp_path / "p")
