"""Loading trained models from presets and runs, whoever made them."""

import os
from collections.abc import Mapping
from pathlib import Path

import kvae.models
import kvae.networks  # noqa: F401  (like the models: registers the classes that a preset may name)
from kvae.errors import UserError
from kvae.files import read_json, sha256
from kvae.latent.samplers import Sampler, read_sampler
from kvae.loading import load
from kvae.presets.layout import SAMPLER, file_in, is_run, locate, read_card
from kvae.runs import Run


def from_preset(source: str | os.PathLike):
    """Return the trained model of a preset. It can be used at once, and trained further after `compile`.

    Its networks compute in float32, also if they were trained in bfloat16.

    Args:
        source: name of a bundled preset ("digits/vae"), a folder that `to_preset` wrote, a run directory, or
            "hf://user/repo" on the Hugging Face Hub (`pip install "kvae-zoo[hub]"`).

    Raises:
        UserError: there is no such preset, a file is damaged or does not belong to the card, or the preset contains
            anything but a model of kvae.

    Example:
        >>> import kvae
        >>> model = kvae.from_preset("digits/vae")
        >>> model.sample(2, seed=0).shape
        (2, 8, 8, 1)
    """
    folder = locate(source)
    if is_run(folder):
        run = Run.open(folder)
        run.check_finished()
        return run.load_model()
    card = read_card(folder)
    config, weights = (_sealed(folder, card, name) for name in ("config.json", "model.weights.h5"))
    return load(read_json(config), weights, str(folder))


def load_sampler(source: str | os.PathLike) -> Sampler | None:
    """Return the sampler that a preset or a finished run holds, or None if it holds none. `source` is as in `from_preset`.

    Example:
        >>> sampler = load_sampler("digits/vae")
        >>> kvae.from_preset("digits/vae").sample(2, seed=0, sampler=sampler).shape
        (2, 8, 8, 1)
    """
    folder = locate(source)
    if is_run(folder):
        return Run.open(folder).load_sampler()
    card = read_card(folder)
    return read_sampler(_sealed(folder, card, SAMPLER)) if SAMPLER in card["sha256"] else None


def _sealed(folder: Path, card: Mapping, name: str) -> Path:
    """Return the path of a file of a preset. Raise `UserError` unless the file has the checksum on the card."""
    path = file_in(folder, name)
    if sha256(path) != card["sha256"].get(name):
        raise UserError(f"The preset {folder} is damaged: its {name} is not the file that card.json was written for.")
    return path
