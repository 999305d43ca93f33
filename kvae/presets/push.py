"""Presets to the Hugging Face Hub, each with a card that people read and a picture of what it makes."""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import keras

from kvae.errors import UserError
from kvae.plots.samples import save_samples
from kvae.presets.hub import check_login, repository, upload
from kvae.presets.model_card import model_card
from kvae.presets.preset import BESIDE, FILES, from_preset, inside, is_run, locate, read_card, to_preset


def push_preset(
    source, repo: str, *, card: Mapping | None = None, y=None, licence: str | None = None, private: bool = False
) -> str:
    """Puts a preset on the Hugging Face Hub as "hf://user/repo" and returns its address.

    Beside its three files it gets a README.md, the model card, and a picture.png of samples, unless the preset's folder has
    its own. The repository is made where there is none. Of paths on this computer, which a card holds where data or the
    recipe are the user's own, only the last part is published.

    Args:
        source: a trained model, or a preset: its name, or a folder that `to_preset` wrote.
        repo: "hf://user/repo".
        card: of a trained model, as in `to_preset`.
        y: labels of the samples (`kvae.plots.samples.sample_count`), of a model that takes labels.
        licence: of the weights, as the Hub names it ("apache-2.0"); nothing is assumed.
        private: whether a new repository is private.

    Raises:
        UserError: `repo` is not of this form, `source` is not a preset, `huggingface_hub` is not installed
            (`pip install "kvae-zoo[hub]"`), nobody is logged in, or the Hub cannot be reached.
    """
    name = repository(repo)
    check_login(name)
    if not isinstance(source, keras.Model):
        return _push(locate(source), name, y, licence, private)
    with tempfile.TemporaryDirectory() as folder:
        return _push(to_preset(source, folder, card), name, y, licence, private)


def _push(folder: Path, name: str, y, licence, private) -> str:
    if is_run(folder):
        raise UserError(f"Expected a preset. Received: {folder}, a run. Export it: kvae export {folder} hf://{name}")
    model, card = from_preset(folder), read_card(folder)
    with tempfile.TemporaryDirectory() as temporary:
        new = Path(temporary)
        for file in FILES[:2]:
            shutil.copyfile(inside(folder, file), new / file)
        card = _without_paths(card)
        (new / FILES[2]).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
        readme, picture = BESIDE
        for file in BESIDE:
            if (folder / file).is_file():
                shutil.copyfile(inside(folder, file), new / file)
        if not (new / picture).exists():
            save_samples(new / picture, model, y)
        if not (new / readme).exists():
            shown = picture if (new / picture).exists() else None
            (new / readme).write_text(model_card(name, model, card, licence, shown), encoding="utf-8")
        return upload(new, name, private)


def _without_paths(card: dict) -> dict:
    """The card, in which the last part stands for a path of this computer."""
    data = card.get("data")
    values = [*(card.get("parameters") or {}).values(), card.get("recipe"), card.get("warm_start")]
    values += [str(data.get("name")).partition(":")[2]] if isinstance(data, Mapping) else []
    paths = {value for value in values if isinstance(value, str) and _is_path(value)}
    text = json.dumps(card)
    for path in sorted(paths, key=len, reverse=True):
        text = text.replace(json.dumps(path)[1:-1], json.dumps(Path(path).name)[1:-1])
    return json.loads(text)


def _is_path(text: str) -> bool:
    return text.startswith("~/") or (os.path.isabs(text) and len(Path(text).parts) > 2)
