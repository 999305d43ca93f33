"""Completion of commands, options and names in the shell."""

import pytest

from kvae import data, weights, zoo
from kvae.cli import errors


@pytest.fixture
def complete(kvae, monkeypatch):
    """A function that returns the words that Bash offers for the last word of a command."""
    monkeypatch.setattr(errors, "announced", lambda work: pytest.fail("the line of the shell is overwritten"))

    def run(command):
        words = f"kvae {command}".split(" ")
        monkeypatch.setenv("_KVAE_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", " ".join(words))
        monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
        result = kvae()
        assert (result.code, result.err) == (0, "")
        return result.out.split()

    return run


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("tr", ["train", "transfer", "translate", "traverse"]),
        ("train mnist/i", ["mnist/iwae"]),
        ("tune digits/", ["digits/vae"]),
        ("sample celeba/cs", ["celeba/csvae"]),
        ("compare digits/vae mnist/iw", ["mnist/iwae"]),
        ("data get cif", ["cifar10"]),
        ("train --backend ", ["tensorflow", "jax", "torch"]),
        ("train --prec", ["--precision"]),
        (
            "evaluate digits/vae --classifier celeba/att",
            [name for name in weights.names() if name.startswith("celeba/att")],
        ),
        ("new mine.py --from swiss_roll/v", ["swiss_roll/vae"]),
        ("train --no-such-option=3 --warm-start digits", ["digits/vae"]),
        ("sample my-own-pre", []),  # Bash then completes the names of files
    ],
)
def test_shell_completes_commands_options_and_names(complete, command, expected):
    assert sorted(complete(command)) == sorted(expected)


def test_shell_completes_every_recipe_preset_and_data_set(complete):
    assert complete("train ") == list(zoo.names())
    assert complete("sample ") == weights.names()
    assert complete("data get ") == list(data.names())


def test_shell_completes_the_runs_in_their_default_folder(complete, tmp_path):
    for run in ("runs/mine", "runs/digits/vae-2"):
        (tmp_path / run).mkdir(parents=True)
        (tmp_path / run / "config.json").touch()
    assert complete("sample runs/") == complete("train --resume ") == ["runs/digits/vae-2", "runs/mine"]


def test_shell_completion_after_the_version_option_prints_no_version(complete):
    assert "kvae" not in complete("--version da")


def test_help_names_the_option_that_installs_completion(kvae):
    assert "--install-completion" in kvae("--help").out
