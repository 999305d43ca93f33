"""Parameters of version 0.1.0 that have other names, values or units since version 0.2.0.

`TABLE` names every such parameter of the bundled recipes. A setting with an old name is refused with a message that gives
the new name. The configuration of a run of version 0.1.0 is translated, so that its data can be loaded and its model can
be compared.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

OLD = "0.1."
"""Beginning of the versions whose parameters are translated."""


@dataclasses.dataclass(frozen=True)
class Change:
    """The replacement of one parameter of version 0.1.0.

    Args:
        note: sentence about the new name or value, for a user who sets the old one.
        new: name of the parameter that replaces it, or None if nothing does.
        convert: all old values of the recipe -> the value of `new`.
    """

    note: str
    new: str | None
    convert: Callable[[Mapping[str, Any]], Any]


def note(recipe: str, name: str) -> str | None:
    """Return the sentence for a changed parameter of `recipe`, or None if `name` has not changed."""
    change = TABLE.get(recipe, {}).get(name)
    return None if change is None else change.note


def translate(recipe: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of version 0.2.0 that build the same model as all those of version 0.1.0."""
    changes = TABLE.get(recipe, {})
    values = {name: value for name, value in parameters.items() if name not in changes}
    values |= {
        change.new: change.convert(parameters)
        for name, change in changes.items()
        if change.new is not None and name in parameters
    }
    return values


def version(config: Mapping[str, Any]) -> str:
    """Return the version of kvae that wrote the configuration of a run or the card of a preset, or "" if it is unknown.

    A card may be written by a later version than the one that trained the model. The parameters on the card then have the
    names of the later version.
    """
    return str((config.get("versions") or {}).get("kvae", ""))


def is_old(config: Mapping[str, Any]) -> bool:
    """Return True if version 0.1.0 wrote the configuration or the card, so that its parameters have other names."""
    return version(config).startswith(OLD)


def present(recipe: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters in the configuration of a run or on the card of a preset, under their present names."""
    parameters = config["parameters"]
    return translate(recipe, parameters) if is_old(config) else parameters


def _named(old: str, new: str, choices: Mapping | None = None) -> Change:
    """Return the change of a parameter that has another name, or values with other names: `choices`, {old: new}."""
    values = ", ".join(f"{before} is now {after}" for before, after in (choices or {}).items())
    if old == new:
        note = f"Values of {old} have other names since version 0.1.0: {values}."
    else:
        note = f"{old} of version 0.1.0 is now {new}{f' ({values})' if values else ''}."
    return Change(note, new, lambda v: (choices or {}).get(str(v[old]), v[old]))


def _beta(old: str, formula: str, convert: Callable) -> Change:
    """Return the change of a loss weight into β, the weight of the rate next to the distortion, both in nats."""
    return Change(f"{old} of version 0.1.0 is now model.beta = {formula}.", "model.beta", convert)


def _size(values: Mapping[str, Any]) -> int:
    """Return D = 3 · size², the number of values of a colour image."""
    return 3 * values["data.size"] ** 2


# In version 0.1.0 the widths of the networks of Larsen et al. and Creswell et al. were fractions of 64 channels.
_WIDTH = Change(
    "In version 0.1.0 model.width was a fraction of the published 64 channels; it is now the number of channels: "
    "16 for 0.25, 64 for 1.",
    "model.width",
    lambda v: max(2, round(64 * v["model.width"])),
)
_INFORMATION = _named("model.information", "model.information", {"entropy": "published", "cross_entropy": "published"})
_EPOCHS = Change(
    "In version 0.1.0 epochs was ignored with schedule=published.",
    "epochs",
    lambda v: sum(3**i for i in range(8)) if v["schedule"] == "published" else v["epochs"],
)
# The loss was: cross-entropy, mean over D values + kl_weight · (KL, mean over L units). Multiplied by D this is
# distortion + kl_weight · D / L · rate, both sums in nats.
_KL_WEIGHT = _beta(
    "model.kl_weight",
    "kl_weight · D / L for images of D values and L latent units",
    lambda v: v["model.kl_weight"] * _size({"data.size": 32, **v}) / v["model.latent"],
)
# The loss was: weight_l1 · (L1, mean over D values) + (KL, mean over L units). Multiplied by D / weight_l1 this is
# distortion + D / (weight_l1 · L) · rate, with a Laplace likelihood of scale 1 up to a constant.
_WEIGHT_L1 = _beta(
    "model.weight_l1",
    "D / (weight_l1 · L) for images of D values and L latent units",
    lambda v: 1 / (v["model.weight_l1"] * v["model.latent"] / _size(v)),
)


def _l1(player: str) -> Change:
    """Return the change of a weight of the mean L1 into the weight of the distortion next to the rate, both in nats."""
    old, new = f"model.{player}_l1", f"model.beta_{player}"
    return Change(
        f"{old} of version 0.1.0 is now {new} = {player}_l1 · L / D for images of D values and L latent units.",
        new,
        lambda v: v[old] * v["model.latent"] / _size(v),
    )


def _ratio(old: str) -> Change:
    return _beta(old, "beta_z / beta_distortion", lambda v: v["model.beta_z"] / v["model.beta_distortion"])


TABLE: Mapping[str, Mapping[str, Change]] = {
    "celeba/cond_vae": {"model.width": _WIDTH},
    "celeba/csvae": {
        "model.width": _WIDTH,
        "model.prior": _named("model.prior", "model.label_prior", {"learnt": "learned"}),
        "model.information": _INFORMATION,
    },
    "celeba/ifcvae_gan": {
        "model.width": _WIDTH,
        "model.normalized": _named("model.normalized", "model.normalization", {"True": "batch", "False": "none"}),
        "model.beta_rate": _named("model.beta_rate", "model.beta"),
        "model.fixed_judge": _named("model.fixed_judge", "model.fixed_classifier"),
        "model.information": _INFORMATION,
    },
    "celeba/vae": {"model.width": _WIDTH},
    "celeba/vae_gan": {"model.width": _WIDTH},
    "cifar10/conv_vae": {"model.kl_weight": _KL_WEIGHT},
    "cifar10/residual_vae": {"model.kl_weight": _KL_WEIGHT},
    "mnist/iwae": {"epochs": _EPOCHS},
    "mnist/vae": {"epochs": _EPOCHS},
    "paintings/conv_ae": {
        "model.loss": _named("model.loss", "model.likelihood", {"l1": "laplace", "cross_entropy": "bernoulli"})
    },
    "paintings/dense_vae": {"model.weight_l1": _WEIGHT_L1},
    "paintings/multi_encoder": {
        "model.encoder_l1": _l1("encoder"),
        "model.decoder_l1": _l1("decoder"),
        "model.separation": _named("model.separation", "model.beta_separation"),
        "model.decoder_loss": _named(
            "model.decoder_loss", "model.decoder_likelihood", {"l1": "laplace", "cross_entropy": "bernoulli"}
        ),
    },
    "paintings/multi_encoder_gan": {"model.encoder_l1": _l1("encoder"), "model.decoder_l1": _l1("decoder")},
    "paintings/vae": {"model.weight_l1": _WEIGHT_L1},
    "stl10/residual_vae": {"model.kl_weight": _KL_WEIGHT},
    "swiss_roll/csvae": {"model.information": _INFORMATION},
    "swiss_roll/vae": {
        "model.beta_z": _ratio("model.beta_z"),
        "model.beta_distortion": _ratio("model.beta_distortion"),
    },
}
"""Changes of the parameters of each recipe, by the names in version 0.1.0."""
