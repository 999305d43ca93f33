"""Schema of the card of a preset, which may come from anyone. A card may lack most facts."""

from typing import Annotated, Any

from annotated_types import Ge, Le

from kvae.files.schemas import Schema, Seed


class Outputs(Schema):
    """Reference outputs of one method."""

    shape: list[int]
    mean: list[float]
    deviation: list[float]
    some: list[float]


class Probe(Schema):
    """Reference outputs, as `kvae.presets.probe` computes them."""

    examples: Annotated[int, Ge(1), Le(64)]
    seed: Seed
    answers: dict[str, Outputs]


class Licence(Schema):
    """The licence of the data."""

    terms: str
    url: str | None = None
    cite: str | None = None
    hub: str | None = None


class Data(Schema):
    """The data of the training."""

    name: str = ""
    fingerprint: str | None = None
    labels: list[str] | None = None
    licence: Licence = Licence(terms="")


class SamplerFacts(Schema):
    """Facts about the sampler, in sampler.npz."""

    kind: str
    components: Annotated[int, Ge(1)] | None = None
    draws: Annotated[int, Ge(1)] | None = None
    codes: Annotated[int, Ge(1)]
    held_out_log_prob: float


class Card(Schema):
    """The file card.json, in the present format."""

    sha256: dict[str, str]
    parameter_count: int
    precision: str
    versions: dict[str, str] | None = None
    backend: str | None = None
    probe: Probe | None = None
    recipe: str | None = None
    parameters: dict[str, Any] | None = None
    seed: Seed | None = None
    data: Data | None = None
    warm_start: str | None = None
    summary: str | None = None
    source: str | None = None
    trained_on: str | None = None
    trained_in: str | None = None
    trained_with: dict[str, str] | None = None
    epochs: Annotated[int, Ge(0)] | None = None
    best_epoch: Annotated[int, Ge(1)] | None = None
    sampler: SamplerFacts | None = None
    metrics_data: str | None = None
    examples: Annotated[int, Ge(0)] | None = None
    metrics_precision: str | None = None
    metrics: dict[str, float | int | str | list | None] | None = None
    evaluation: str | None = None
    command: str | None = None
    held_out_labels: str | None = None
