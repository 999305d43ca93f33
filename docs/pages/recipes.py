"""Pages of the recipes: docstring, parameters, search and code."""

import os

from kvae import weights, zoo
from kvae.recipes import docstring
from kvae.tuning.search import search_of
from pages import GENERATED
from pages.markdown import code, escape, literal, page, prose, section, table, toctree


def pages() -> dict[str, str]:
    """Return {name of the page: text} of an overview and of each recipe."""
    names = zoo.names()
    rows = (
        (f"[{name}](recipes/{name}.md)", escape(docstring.summary(zoo.files()[name])), _preset(name)) for name in names
    )
    overview = page(
        "Recipes",
        "A recipe is one published experiment: its data, model, training and expected metrics. Each page below is made of "
        "the docstring and the parameters of the recipe. `kvae show RECIPE` prints the same.",
        table(("recipe", "", "trained model"), rows),
        toctree(f"recipes/{name}" for name in names),
    )
    return {"recipes": overview, **{f"recipes/{name}": _page(name) for name in names}}


def _preset(name: str) -> str:
    return f"[preset](presets/{name}.md)" if name in weights.names() else ""


def _page(name: str) -> str:
    recipe = zoo.load(name)
    fields = docstring.fields(recipe.docstring)
    run = fields.pop("Run", "")
    file = os.path.relpath(recipe.file, (GENERATED / "recipes" / name).parent)
    preset = f"A trained model is bundled as the [preset {name}](../../presets/{name}.md)." if _preset(name) else ""
    return page(
        name,
        escape(recipe.summary),
        prose(docstring.description(recipe.docstring)),
        preset,
        section("Run", code(run, "bash") if run else ""),
        *(section(field, prose(text)) for field, text in fields.items()),
        section("Parameters", "`--set NAME=VALUE` changes a parameter.", _parameters(recipe)),
        section("Search", _search(recipe)),
        section("Code", f"```{{literalinclude}} {file}\n:language: python\n```"),
    )


def _parameters(recipe) -> str:
    rows = ((literal(p.name), p.type_name, literal(repr(p.default))) for p in recipe.parameters().values())
    return table(("parameter", "type", "default"), rows)


def _search(recipe) -> str:
    """Return what `kvae tune` varies, and its objectives."""
    search = search_of(recipe)
    if not search.vary:
        return ""
    ranges = table(("parameter", "range"), ((literal(name), space) for name, space in search.vary.items()))
    objectives = "\n".join(f"- {escape(str(objective))}" for objective in search.objectives)
    return f"`kvae tune {recipe.name}` varies these parameters:\n\n{ranges}\n\nin order to\n\n{objectives}"
