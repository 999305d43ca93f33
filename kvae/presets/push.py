"""Uploading presets to the Hugging Face Hub, each with a model card and an image of samples."""

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
from kvae.presets.layout import FILES, IMAGE, OPTIONAL, README, SAMPLER, file_in, is_run, locate, read_card
from kvae.presets.load import from_preset, load_sampler
from kvae.presets.model_card import model_card
from kvae.presets.preset import to_preset


def push_preset(
    source, repo: str, *, card: Mapping | None = None, y=None, licence: str | None = None, private: bool = False
) -> str:
    """Upload a preset to the Hugging Face Hub and return its address.

    In addition to the files of the preset, the repository gets a model card (README.md) and an image of samples
    (samples.png). If the folder of the preset holds files of these names, they are uploaded instead. Paths of this
    computer, which a card contains if the data or the recipe are the user's own, are reduced to their last component.

    Args:
        source: a trained model, or a preset: its name, or a folder that `to_preset` wrote.
        repo: "hf://user/repo". The repository is created if it does not exist.
        card: facts about a trained model, as in `to_preset`.
        y: labels of the samples, as many as `kvae.plots.samples.sample_count(model)`, for a model that takes labels.
        licence: identifier of the weights' licence on the Hub, such as "apache-2.0". None leaves it unknown.
        private: True to create a private repository.

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
    model, card = from_preset(folder), _without_paths(read_card(folder))
    with tempfile.TemporaryDirectory() as temporary:
        new = Path(temporary)
        for file in (*FILES[:2], *([SAMPLER] if SAMPLER in card["sha256"] else [])):
            shutil.copyfile(file_in(folder, file), new / file)
        (new / FILES[2]).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
        for file in OPTIONAL:
            if (folder / file).is_file():
                shutil.copyfile(file_in(folder, file), new / file)
        if not (new / IMAGE).exists():
            save_samples(new / IMAGE, model, y, load_sampler(folder))
        if not (new / README).exists():
            image = IMAGE if (new / IMAGE).exists() else None
            (new / README).write_text(model_card(name, model, card, licence, image), encoding="utf-8")
        return upload(new, name, private)


def _without_paths(card: dict) -> dict:
    """Return a copy of the card with local paths reduced to their last component."""
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
