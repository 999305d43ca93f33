"""Text of the commands: JSON, tables, and no control characters."""

import json
import shutil

from kvae import presets
from kvae.cli.output import echo, print_json, print_metrics, print_table
from kvae.errors import UserError, printable

ESCAPE = "\x1b]0;owned\x07\x1b[2J\x9b1;1Hfine\r\u202e\u2028end"


def test_print_json_replaces_nan_and_infinity_by_null(capsys):
    print_json({"a": float("nan"), "b": [float("inf"), 1.5], "c": (2,)})
    assert json.loads(capsys.readouterr().out) == {"a": None, "b": [None, 1.5], "c": [2]}


def test_print_table_fits_into_a_narrow_terminal(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    print_table([("name", "text", "default"), ("first", "several words " * 5, "1"), ("second", "few", "2")])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 40
    assert " ".join(lines).count("several") == 5


def test_print_table_of_too_many_columns_is_several_tables(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    print_table([("", *(f"trial-number-{i}" for i in range(5))), ("loss", *(float(i) for i in range(5)))])
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 40
    assert out.count("loss") == 3
    assert all(f"trial-number-{i}" in out for i in range(5))


def test_print_metrics_of_several_labels_are_a_table(capsys):
    values = {"elbo": -86.7, "kl_per_unit": [0.5, 0.25] * 64}
    for label in ("Smiling", "Male"):
        values |= {f"accuracy.transfer.{label}": 0.5, f"accuracy.transfer.{label}.low": 0.4}
        values |= {f"accuracy.transfer.{label}.high": 0.6, f"accuracy.without.{label}": 0.25}
    print_metrics(values)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split(maxsplit=1) == ["kl_per_unit", "128 numbers from 0.25 to 0.5"]
    assert lines[-3].split() == ["accuracy", "transfer", "without"]
    assert lines[-2].split() == ["Smiling", "0.500", "(0.400", "to", "0.600)", "0.25"]


def test_printable_removes_control_characters():
    assert printable(ESCAPE) == "?]0;owned??[2J?1;1Hfine ??end"
    assert printable("Monet, Ε, 日本, é") == "Monet, Ε, 日本, é"


def test_output_holds_no_control_characters(capsys):
    echo(f"a\n{ESCAPE}")
    print_table([(ESCAPE, 1.0), (ESCAPE, [ESCAPE])])
    assert all(line.isprintable() for line in capsys.readouterr().out.splitlines())
    echo(f"a\n{ESCAPE}", err=True)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)


def test_errors_hold_no_control_characters():
    assert str(UserError(f"Received: {ESCAPE}.")).isprintable()


def test_card_of_a_stranger_prints_no_control_characters(kvae, tmp_path):
    folder = shutil.copytree(presets.Preset("digits/vae").path, tmp_path / "gift")
    card = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(
        json.dumps(card | {"recipe": ESCAPE, "data": {"name": ESCAPE, "labels": [ESCAPE]}})
    )
    for command in ("evaluate", "reconstruct"):
        result = kvae(command, folder)
        assert result.code == 1
        assert "\x1b" not in result.out + result.err
        assert all(line.isprintable() for line in result.err.splitlines())
