"""Values as JSON on standard output."""

import json

from kvae.cli.output import print_json


def test_print_json_replaces_nan_and_infinity_by_null(capsys):
    print_json({"a": float("nan"), "b": [float("inf"), 1.5], "c": (2,)})
    assert json.loads(capsys.readouterr().out) == {"a": None, "b": [None, 1.5], "c": [2]}
