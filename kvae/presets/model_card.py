"""The README.md of a preset on the Hugging Face Hub: its card in Markdown, after a header of metadata for the Hub."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from kvae.capabilities import DECODER, POSTERIOR, TRANSLATION, TWO_WAY
from kvae.data.licences import UNKNOWN


def model_card(repo: str, model, card: Mapping, licence: str | None = None, image: str | None = None) -> str:
    """Return the text of README.md. Facts that the card lacks are stated as unknown.

    Args:
        repo: user/repo of the repository.
        model: the trained model.
        card: the card of its preset, in the present format.
        licence: identifier of the weights' licence on the Hub, or None if it is unknown.
        image: name of an image of samples in the same folder, or None.
    """
    sections = [
        f"# {repo.partition('/')[2]}",
        f"{card.get('summary') or 'A model of kvae'}".rstrip(".") + ".",
        f"![Samples of the model]({image})" if image else "",
        _usage(repo, model, card),
        _recipe(model, card),
        _metrics(repo, card),
        _licences(card, licence),
    ]
    return _front_matter(model, card, licence) + "\n\n".join(section for section in sections if section) + "\n"


def _front_matter(model, card: Mapping, licence: str | None) -> str:
    """Return the header in YAML. Strings are written as in JSON, since they may contain any character."""
    data = _data(card)
    terms = data.get("licence", {})
    entries: dict[str, Any] = {"library_name": "kvae", "license": licence or UNKNOWN}
    if licence is None and terms.get("hub") == "other":  # an unknown licence does not lift the restrictions of the data
        name = "-".join("".join(c if c.isalnum() else " " for c in terms["terms"].lower()).split())
        entries |= {"license": "other", "license_name": name, "license_link": terms["url"]}
    entries["tags"] = ["kvae", "keras", "variational-autoencoder", type(model).__name__.lower()]
    if data.get("name") and ":" not in data["name"]:  # the folder of a user's own images is private
        entries["datasets"] = [data["name"]]
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in entries.items()]
    return "\n".join(["---", *lines, "---", "", ""])


def _usage(repo: str, model, card: Mapping) -> str:
    preset = f"hf://{repo}"
    lines = ["import kvae", f'model = kvae.from_preset("{preset}")  # pip install "kvae-zoo[hub]"']
    lines += [f'sampler = kvae.presets.load_sampler("{preset}")'] if card.get("sampler") else []
    lines += [_call(model, card)]
    return "\n".join(["```python", *lines, "```"])


def _call(model, card: Mapping) -> str:
    """Return a line of code that samples from the model, or shows another use if it has neither prior nor sampler."""
    if TRANSLATION in model.capabilities:
        return f"translated = model.translate(x{', y' if TWO_WAY in model.capabilities else ''})  # of images in [0, 1]"
    if DECODER not in model.capabilities:
        return "probabilities = model.probabilities(x)  # of images in [0, 1]"
    if POSTERIOR not in model.capabilities and not card.get("sampler"):
        return "x_hat = model.reconstruct(x)"
    y = ""
    if "y" in model.batch_spec:
        y = f"y={model.labels.cycle(1)[0].tolist()}, "
    return f"x = model.sample(64, {y}seed=0{', sampler=sampler' if card.get('sampler') else ''})"


def _recipe(model, card: Mapping) -> str:
    about = {
        "model": f"`{type(model).__name__}`, {card['parameter_count']:,} parameters, stored as {card['precision']}",
        "recipe": _code(card.get("recipe")),
        "source": _cell(card.get("source")),
        "training": _code(card.get("command")),
        **({"sampler": _sampler(card)} if POSTERIOR in model.capabilities or card.get("sampler") else {}),
        "epochs, seed": f"{_epochs(card)}, {_cell(card.get('seed'))}",
        "trained in": _cell(card.get("trained_in")),
        "trained with": _versions(card.get("trained_with")),
        **{f"`{name}`": _cell(value) for name, value in (card.get("parameters") or {}).items()},
    }
    return "## Model\n\n" + _table(("", ""), about.items())


def _epochs(card: Mapping) -> str:
    """Return the number of epochs, and the number of the one whose weights were kept."""
    best = card.get("best_epoch")
    return _cell(card.get("epochs")) + (f" (the weights are those of epoch {best})" if best else "")


def _sampler(card: Mapping) -> str:
    """Return the sampler of the code above. The image of samples names its own."""
    facts = card.get("sampler")
    if not facts:
        return "the prior"
    bound = f", a lower bound of {facts['draws']} draws" if facts.get("draws") else ""
    return f"{_cell(facts['kind'])}, log density of held-out codes {_cell(facts['held_out_log_prob'])} nats{bound}"


def _metrics(repo: str, card: Mapping) -> str:
    metrics = card.get("metrics") or {}
    if not metrics:
        return "## Metrics\n\nNone were computed."
    data, n = card.get("metrics_data"), card.get("examples")
    examples = f" on {n:,} examples" if n else ""
    precision = f" in {card['metrics_precision']}" if card.get("metrics_precision") else ""
    lines = ["## Metrics", f"Computed{precision}{examples}{f' of `{data}`' if data else ''}. Information is in nats."]
    lines.append(_table(("metric", "value"), ((f"`{name}`", _cell(value)) for name, value in metrics.items())))
    if command := card.get("evaluation"):
        lines.append(f"To reproduce them: `{command.replace('MODEL', f'hf://{repo}')}`")
    return "\n\n".join(lines)


def _licences(card: Mapping, licence: str | None) -> str:
    data = _data(card)
    stated = data.get("licence", {"terms": UNKNOWN})
    about = ", ".join(filter(None, [stated.get("cite"), stated.get("url") and f"<{stated['url']}>"]))
    name = data.get("name", "").partition(":")[0]
    rows = {
        f"data{f' `{name}`' if name else ''}": stated["terms"] + (f" ({about})" if about else ""),
        "weights": licence or "unknown: not stated by the uploader",
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
    """Return a value as text for a table: numbers with five significant digits, text on one line."""
    if value is None:
        return UNKNOWN
    if isinstance(value, float):
        return f"{value:.5g}"
    if isinstance(value, list | tuple):
        return ", ".join(map(_cell, value))
    return " ".join(str(value).split()).replace("|", "\\|")
