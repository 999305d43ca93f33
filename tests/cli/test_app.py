"""Start of the command line: imports, time, help, and the examples in it."""

import json
import os
import resource
import subprocess
import sys

import pytest

HEAVY = ("keras", "numpy", "PIL", "rich", "matplotlib", "tensorflow", "jax", "torch")


def run_kvae(*arguments):
    return subprocess.run([sys.executable, "-m", "kvae", *arguments], capture_output=True, text=True)


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["list"], ["list", "--json"], ["data"], ["data", "--json"], ["train", "--help"], ["--version"]],
)
def test_help_and_lists_import_nothing_heavy(arguments, run_python):
    code = f"""
import sys
from kvae.cli.app import app
try:
    app({arguments!r})
except SystemExit:
    pass
print(*sorted(set({HEAVY!r}) & set(sys.modules)), "end", file=sys.stderr)
sys.exit(bool(set({HEAVY!r}) & set(sys.modules)))
"""
    run_python(code)


EMPTY = """
import typer
app = typer.Typer()
@app.command()
def command(number: int = 0):
    print(number)
app()
"""
"""A program of Typer that does nothing."""


def modules(*arguments):
    """Return the names of the modules that a new Python process imports."""
    command = [sys.executable, "-X", "importtime", *arguments]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stderr.splitlines()
    return {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")}


@pytest.mark.parametrize("argument", ["--help", "list", "data"])
def test_help_and_lists_import_typer_and_its_packages_only(argument):
    others = {name.partition(".")[0] for name in modules("-m", "kvae", argument) - modules("-c", EMPTY)}
    assert others - {"kvae", "typer"} <= sys.stdlib_module_names


def processor_seconds(*arguments):
    """Return the processor time of a new Python process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.parametrize("argument", ["--help", "list", "data"])
def test_help_and_lists_start_almost_as_fast_as_an_empty_program(argument):
    ours, empty = [], []
    for _ in range(10):  # alternately: a busy machine makes some tries slow, but none faster than the program is
        ours.append(processor_seconds("-m", "kvae", argument))
        empty.append(processor_seconds("-c", EMPTY))
        if min(ours) < 1.6 * min(empty):
            return
    pytest.fail(f"kvae {argument} takes {min(ours):.2f} s, an empty program of Typer {min(empty):.2f} s")


def test_kvae_without_a_command_shows_help(kvae):
    result = kvae()
    assert result.code == 0
    assert "Commands:" in result.out


def test_version_option_prints_the_version(kvae):
    from kvae.version import __version__

    assert kvae("--version").out == f"kvae {__version__}\n"


def test_every_command_shows_an_example(kvae):
    from kvae.cli.app import app

    names = [command.name or command.callback.__name__ for command in app.registered_commands]
    expected = ["list", "show", "new", "train", "tune", "evaluate", "score", "sample", "fit-sampler"]
    expected += ["reconstruct", "traverse", "interpolate", "transfer", "translate", "blend", "explore", "export"]
    expected += ["compare", "doctor"]
    assert names == expected
    for name in names:
        help_text = kvae(name, "--help").out
        assert f"\n    kvae {name}" in help_text, help_text


def test_module_runs_as_the_command():
    done = run_kvae("list", "--json")
    assert "digits/vae" in [entry["name"] for entry in json.loads(done.stdout)]
    assert done.stderr == ""


def test_list_into_a_closed_pipe_prints_no_traceback():
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "kvae", "list"], stdout=writer, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writer)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
@pytest.mark.parametrize("command", [["blend", "--help"], ["show", "mnist/iwae"]])
def test_output_in_an_encoding_without_its_characters_replaces_them(command, encoding):
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    result = subprocess.run([sys.executable, "-m", "kvae", *command], env=environment, capture_output=True, check=False)
    assert (result.returncode, result.stderr) == (0, b"")
    assert b"?" in result.stdout
