"""Pages of the bundled presets: samples, metrics and licence from their cards; and a gallery."""

from collections.abc import Mapping
from pathlib import Path

from kvae import open_trained, presets, weights
from kvae.evaluation.samplers import PRIOR
from pages import GENERATED
from pages.markdown import code, escape, literal, page, section, table, toctree

COUNT = 32
"""Number of samples in an image."""


def pages() -> dict[str, str]:
    """Return {name of the page: text} of an overview, a gallery and each preset, and draw the images of samples."""
    cards = {name: presets.read_card(name) for name in weights.names()}
    images = {name: _image(name, card) for name, card in cards.items() if _draws_images(card)}
    rows = ((f"[{name}](presets/{name}.md)", escape(card["summary"]), _size(name)) for name, card in cards.items())
    overview = page(
        "Presets",
        "A preset is a trained model in a small folder. These are bundled with kvae, and their names can be used in place "
        "of a run. Loading one never runs code that it contains ([why](../explanations/presets.md)).",
        table(("preset", "", "size"), rows),
        toctree(f"presets/{name}" for name in cards),
    )
    gallery = page(
        "Gallery",
        f"Samples of the bundled presets, seed 0. `kvae sample NAME -n {COUNT}` draws the same.",
        *(
            f"[{name}](presets/{name}.md): {escape(cards[name]['summary'])}\n\n![Samples of {name}]({image})\n\n"
            f"{_sampler(cards[name])}"
            for name, image in images.items()
        ),
    )
    text = {f"presets/{name}": _page(name, card, images.get(name)) for name, card in cards.items()}
    return {"presets": overview, "gallery": gallery, **text}


def _draws_images(card: Mapping) -> bool:
    """Return True if the model decodes images, of which its card holds reference outputs."""
    return len(card["probe"]["answers"].get("reconstruct", {"shape": ()})["shape"]) == 4


def _image(name: str, card: Mapping) -> str:
    """Return the path of an image of samples, relative to `GENERATED`. The image is drawn once for each file of weights."""
    image = Path("images") / f"{name.replace('/', '-')}-{card['sha256']['model.weights.h5'][:8]}.png"
    if not (GENERATED / image).exists():
        (GENERATED / image).parent.mkdir(parents=True, exist_ok=True)
        open_trained(name).sample(COUNT, seed=0).save(GENERATED / image, columns=8)
    return image.as_posix()


def _sampler(card: Mapping) -> str:
    """Return the sampler of the image of samples, which is that of `kvae sample`."""
    return f"Sampler: {(card.get('sampler') or {'kind': PRIOR})['kind']}."


def _page(name: str, card: Mapping, image: str | None) -> str:
    data, licence = card["data"], card["data"]["licence"]
    facts = {
        "recipe": f"[{card['recipe']}](../../recipes/{card['recipe']}.md)",
        "parameters": f"{card['parameter_count']:,}",
        "size": _size(name),
        "epochs, seed": f"{card['epochs']}, {card['seed']}",
        "data": f"{literal(data['name'])}: {licence['terms']} ({licence['cite']}, <{licence['url']}>)",
    }
    draw = f'model = kvae.open_trained("{name}")\nmodel.sample({COUNT}).save("samples.png")'
    load = f'model = kvae.from_preset("{name}")'
    return page(
        name,
        escape(card["summary"]),
        f"![Samples](../../{image})\n\n{_sampler(card)}" if image else "",
        code(f"import kvae\n\n{draw if image else load}", "python"),
        section("Facts", table(("", ""), facts.items())),
        section("Metrics", _origin(card), table(("metric", "value"), _metrics(card["metrics"]))),
        section("Commands", code(f"{card['command']}\n{(card['evaluation'] or '').replace('MODEL', name)}", "bash")),
    )


def _size(name: str) -> str:
    return f"{sum(file.stat().st_size for file in (weights.FOLDER / name).iterdir()) / 1e6:.1f} MB"


def _origin(card: Mapping) -> str:
    if not card["metrics"]:
        return ""
    origin = f"On {card['examples']:,} examples of `{card['metrics_data']}`. Information is in nats. "
    return origin + "[Meaning of the metrics](../../../results.md)."


def _metrics(metrics: Mapping) -> list[tuple[str, str]]:
    """Return rows of metrics: numbers with five digits, and the length of long lists."""
    return [(literal(name), _number(value)) for name, value in metrics.items()]


def _number(value) -> str:
    if isinstance(value, list):
        return ", ".join(map(_number, value)) if len(value) <= 20 else f"{len(value)} numbers"
    return f"{value:.5g}" if isinstance(value, float) else str(value)
