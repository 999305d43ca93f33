"""A preset's card as the Hub shows one: Markdown, with what the Hub sorts by in front of it."""

import json
from collections.abc import Iterable, Mapping

from kvae.capabilities import DECODER, POSTERIOR
from kvae.data.licences import UNKNOWN


def model_card(repo: str, model, card: Mapping, licence: str | None = None, picture: str | None = None) -> str:
    """The README.md of the repository hf://`repo`, which holds `model` and its `card`.

    `licence` is that of the weights, as the Hub names it; `picture` a file beside it. What nobody said is said to be
    unknown.
    """
    sections = [
        f"# {repo.partition('/')[2]}",
        f"{card.get('summary') or 'A model of kvae'}".rstrip(".") + ".",
        f"![Samples of the model]({picture})" if picture else "",
        _usage(repo, model),
        _recipe(model, card),
        _figures(repo, card),
        _licences(card, licence),
    ]
    return _front_matter(model, card, licence) + "\n\n".join(section for section in sections if section) + "\n"


def _front_matter(model, card: Mapping, licence: str | None) -> str:
    """YAML, whose strings are written as JSON has them: a value may hold anything."""
    data = _data(card)
    terms = data.get("licence", {})
    entries = {"library_name": "kvae", "license": licence or UNKNOWN}
    if licence is None and terms.get("hub") == "other":  # what the data forbid, an unknown licence does not allow
        name = "-".join("".join(c if c.isalnum() else " " for c in terms["terms"].lower()).split())
        entries |= {"license": "other", "license_name": name, "license_link": terms["url"]}
    entries["tags"] = ["kvae", "keras", "variational-autoencoder", type(model).__name__.lower()]
    if data.get("name") and ":" not in data["name"]:  # where somebody's own pictures lie is nobody else's business
        entries["datasets"] = [data["name"]]
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in entries.items()]
    return "\n".join(["---", *lines, "---", "", ""])


def _usage(repo: str, model) -> str:
    lines = ["import kvae", f'model = kvae.from_preset("hf://{repo}")  # pip install "kvae-zoo[hub]"', _call(model)]
    return "\n".join(["```python", *lines, "```"])


def _call(model) -> str:
    if DECODER not in model.capabilities:
        return "probabilities = model.probabilities(x)  # of pictures in [0, 1]"
    if POSTERIOR not in model.capabilities:
        return "x_hat = model.reconstruct(x)"
    y = ""
    if "y" in model.batch_spec:
        y = f"y={model.labels.cycle(1)[0].tolist()}, "
    return f"x = model.sample(64, {y}seed=0)"


def _recipe(model, card: Mapping) -> str:
    about = {
        "model": f"`{type(model).__name__}`, {card['parameter_count']:,} parameters, kept as {card['precision']}",
        "recipe": _code(card.get("recipe")),
        "source": _cell(card.get("source")),
        "training": _code(card.get("command")),
        "epochs, seed": f"{_cell(card.get('epochs'))}, {_cell(card.get('seed'))}",
        "trained with": _versions(card.get("trained_with")),
        **{f"`{name}`": _cell(value) for name, value in (card.get("parameters") or {}).items()},
    }
    return "## What it is\n\n" + _table(("", ""), about.items())


def _figures(repo: str, card: Mapping) -> str:
    figures = card.get("figures") or {}
    if not figures:
        return "## Figures\n\nNone were measured."
    where, n = card.get("figures_on"), card.get("examples")
    of = f" on {n:,} examples" if n else ""
    lines = ["## Figures", f"Measured{of}{f' of `{where}`' if where else ''}; information is in nats."]
    lines.append(_table(("figure", "value"), ((f"`{name}`", _cell(value)) for name, value in figures.items())))
    if again := card.get("evaluation"):
        lines.append(f"Again: `{again.replace('MODEL', f'hf://{repo}')}`")
    return "\n\n".join(lines)


def _licences(card: Mapping, licence: str | None) -> str:
    data = _data(card)
    stated = data.get("licence", {"terms": UNKNOWN})
    about = ", ".join(filter(None, [stated.get("cite"), stated.get("url") and f"<{stated['url']}>"]))
    name = data.get("name", "").partition(":")[0]
    rows = {
        f"data{f' `{name}`' if name else ''}": stated["terms"] + (f" ({about})" if about else ""),
        "weights": licence or "unknown: whoever put them here has not said",
    }
    return "## Data and licences\n\n" + _table(("", "licence"), rows.items())


def _data(card: Mapping) -> Mapping:
    data = card.get("data")
    return data if isinstance(data, Mapping) else {}


def _versions(versions) -> str:
    return ", ".join(f"{name} {number}" for name, number in versions.items()) if versions else UNKNOWN


def _table(head: tuple[str, str], rows: Iterable[tuple[str, str]]) -> str:
    lines = [head, ("---", "---"), *rows]
    return "\n".join(f"| {name} | {value} |" for name, value in lines)


def _code(text) -> str:
    return f"`{_cell(text)}`" if text else UNKNOWN


def _cell(value) -> str:
    """A value in a table: figures with five significant digits, text on one line."""
    if value is None:
        return UNKNOWN
    if isinstance(value, float):
        return f"{value:.5g}"
    if isinstance(value, list | tuple):
        return ", ".join(map(_cell, value))
    return " ".join(str(value).split()).replace("|", "\\|")
