"""Generated pages of the site: recipes, commands and the reference of Python."""

import importlib
import inspect
import re

import keras
import pytest

import kvae
from kvae import zoo
from kvae.cli.app import app
from pages import api, commands, markdown, presets, recipes
from pages.docstrings import to_rest
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the pages are made on one backend")


def _documented():
    """Yield the full name and the object of each public name, and of the public methods that a public class adds."""
    for module, names in api.documented().items():
        for name in names:
            thing = getattr(importlib.import_module(module), name)
            yield f"{module}.{name}", thing
            if inspect.isclass(thing):
                inherited = {method for base in thing.__bases__ for method in dir(base)}
                for method, function in inspect.getmembers_static(thing, inspect.isfunction):
                    if function.__name__ == method and method not in inherited and not method.startswith("_"):
                        yield f"{module}.{name}.{method}", function


def _doc(name: str, thing: object) -> str | None:
    if inspect.isclass(thing) or inspect.isroutine(thing):
        return inspect.getdoc(thing)
    return api.constant_doc(*name.rsplit(".", 1))


def test_reference_has_a_page_for_each_public_part_of_kvae():
    parts = [f"kvae.{name}" for name in kvae.__all__ if inspect.ismodule(getattr(kvae, name))]
    assert set(parts) <= set(api.MODULES)


def test_every_public_name_is_documented():
    documented = list(_documented())
    assert len(documented) > 200
    assert not [name for name, thing in documented if not _doc(name, thing)]


def test_public_names_are_those_that_a_type_checker_knows():
    assert api.public_names("kvae.models") == sorted(kvae.models.__all__)
    assert {"load", "Dataset", "download"} <= set(api.public_names("kvae.data"))
    assert "np" not in api.public_names("kvae.latent.arithmetic")


def test_gallery_and_pages_of_presets_name_the_sampler_of_their_images(monkeypatch):
    monkeypatch.setattr(presets, "_image", lambda name, card: f"{name}.png")
    pages = presets.pages()
    assert len(re.findall(r"Sampler: \w+\.", pages["gallery"])) == pages["gallery"].count("![Samples of") > 5
    assert "![Samples](../../celeba/dcgan_vae.png)\n\nSampler: mixture." in pages["presets/celeba/dcgan_vae"]
    assert "![Samples](../../digits/vae.png)\n\nSampler: prior." in pages["presets/digits/vae"]


def test_page_of_a_recipe_holds_its_docstring_and_its_parameters():
    pages = recipes.pages()
    assert set(pages) == {"recipes", *(f"recipes/{name}" for name in zoo.names())}
    for name in zoo.names():
        assert all(f"| `{parameter}` |" in pages[f"recipes/{name}"] for parameter in zoo.load(name).parameters())
    page = pages["recipes/digits/vae"]
    assert "| ELBO (nats) | bits per pixel of 17 grey levels | active units | MSE |" in page
    assert "```bash\nkvae train digits/vae\n```" in page


def test_page_of_a_command_holds_all_options():
    pages = commands.pages()
    assert {f"commands/{command.name or command.callback.__name__}" for command in app.registered_commands} <= set(
        pages
    )
    assert {"`--warm-start MODEL`", "`--seed N`"} <= set(re.findall(r"`--[^`]+`", pages["commands/train"]))
    assert "## kvae data get" in pages["commands/data"]


def test_prose_turns_aligned_lines_into_a_table():
    text = "10 images:\n    model   MSE   SSIM\n    VAE     0.1   0.9\n    a [b]"
    assert (
        markdown.prose(text)
        == "10 images:\n\n| model | MSE | SSIM |\n| --- | --- | --- |\n| VAE | 0.1 | 0.9 |\n\na \\[b\\]"
    )
    assert markdown.prose("a  b\nc  d  e  f").startswith("```text\n")


def test_docstrings_become_rest_without_markup():
    lines = [
        "Return *x* of `f(*x)`:",
        "",
        "    a |b|",
        "",
        "with x_. See q(z|x).",
        "",
        "Args:",
        "    x: of shape (*s,).",
    ]
    to_rest(None, "function", "f", None, None, lines)
    assert lines[:4] == [r"Return \*x\* of `f(*x)`:", "", "::", ""]
    assert lines[4:7] == ["    a |b|", "", r"with x\_. See q(z\|x)."]
    assert lines[-1] == r"    x: of shape (\*s,)."
    lines = ["The scale N(`m`, `a`²) of `b`."]
    to_rest(None, "function", "f", None, None, lines)
    assert lines == [r"The scale N(`m`, `a`\ ²) of `b`."]


def test_arguments_without_a_heading_become_a_section():
    lines = ["Return a.", "", "a, b: numbers", "    in a list.", "c: a text.", "", "More: text."]
    to_rest(None, "function", "f", None, None, lines)
    assert lines[2:6] == ["Args:", "    a, b: numbers", "        in a list.", "    c: a text."]
    assert lines[-1] == "More: text."


def test_version_of_the_citation_is_that_of_the_package():
    assert f"\nversion: {kvae.__version__}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
