"""What --label says."""

from collections.abc import Iterable, Sequence

import typer

from kvae.cli.sources import held_out, load_data
from kvae.errors import UserError
from kvae.suggest import hint

_SHOWN = 50  # names in a sentence


def read(texts: Iterable[str] | None) -> list[tuple[str, str]]:
    """(name, value) of each NAME=VALUE or VALUE, with commas between; a lone value has no name, ""."""
    pairs = []
    for part in (part.strip() for text in texts or () for part in text.split(",")):
        name, equals, value = (piece.strip() for piece in part.rpartition("="))
        if not value or (equals and not name):
            raise _bad(f"expected NAME=VALUE or VALUE, got {part!r}.")
        pairs.append((name, value))
    return pairs


def labels(run, model, named: Sequence[tuple[str, str]], n: int, whole: bool = False, others=None) -> tuple:
    """What `model` takes beside `n` examples: (), or (y,) with the labels that are `named`.

    The others are those of the array `others`, by default of the first held-out examples (data are then loaded), over
    again when these are fewer than `n`; `whole` labels leave no others.
    """
    if "y" not in model.batch_spec:
        if named:
            raise _bad(f"expected none: {type(model).__name__} takes no labels.")
        return ()
    import numpy as np

    names = _names(run)
    two_values = model.labels.units == 1 and len(names) == 2  # of one attribute without a name
    classes = model.labels.exclusive or two_values  # y (N,), not (N, A)
    columns = 1 if classes else model.labels.units
    names = names or tuple(map(str, range(max(2, model.labels.units) if classes else columns)))
    values = (_class if classes else _attributes)(named, names)
    if len(values) == columns:
        y = np.tile(np.array([values[column] for column in range(columns)], "int32"), (n, 1))  # (n, A)
        return (y[:, 0] if classes else y,)
    missing = [f"{name}=…" for column, name in enumerate(names) if column not in values]
    missing = f"one of {_shown(_with_numbers(names))}" if classes else _shown(missing)
    if whole:
        raise _bad(f"expected {missing}: a picture file comes without labels.")
    if others is None:
        try:
            others = held_out(run)[0].y
        except UserError as error:
            raise UserError(f"{error} Or leave no label to the data: --label with {missing}.") from None
    y = np.resize(others, (n, *others.shape[1:]))
    for column, value in values.items():
        y[:, column] = value
    return (y,)


def chosen(text: str, y, names: Sequence[str], where: str, option: str):
    """Which of the labels `y` of the examples `where` are as the `text` of an `option` says, label=CLASS or NAME=0 or
    NAME=1: row numbers."""
    try:
        return _chosen(text, y, names, where)
    except typer.BadParameter as error:
        error.param_hint = option
        raise


def _chosen(text, y, names, where):
    import numpy as np

    named = read([text])
    if y is None or len(named) != 1:
        raise _bad(f"expected one of the labels of {where}, such as label=CLASS or NAME=1; got {text}.")
    ((name, value),) = named
    parse, pair = (_class, ("" if name == "label" else name, value)) if y.ndim == 1 else (_attributes, (name, value))
    wanted = parse([pair], names)
    ((column, number),) = wanted.items()
    rows = np.flatnonzero((y if y.ndim == 1 else y[:, column]) == number)
    if len(rows) == 0:
        raise _bad(f"expected examples with {text} in {where}; there are none.")
    return rows


def _names(run) -> tuple[str, ...]:
    """What the attributes are called, or the classes; runs of earlier versions leave it to the data."""
    known = run.config["data"].get("labels")
    return tuple(load_data(run)[0].label_names if known is None else known)


def _attributes(named, names: Sequence[str]) -> dict[int, int]:
    """{column: 0 or 1}."""
    values = {}
    for name, value in named:
        name = name or (names[0] if len(names) == 1 else "")
        if not name:
            raise _bad(f"expected NAME=0 or NAME=1 with a NAME among {_shown(names)}; got {value}.")
        if name not in names:
            raise _bad(f"expected an attribute among {_shown(names)}; got {name}.{hint(name, names)}")
        if value not in ("0", "1"):
            raise _bad(f"expected {name}=0 or {name}=1, got {name}={value}.")
        if values.setdefault(names.index(name), int(value)) != int(value):
            raise _bad(f"expected one value of {name}, got 0 and 1.")
    return values


def _class(named, names: Sequence[str]) -> dict[int, int]:
    """{0: class}, by its name, or by its number where that is no other's name; {} where none is named."""
    numbers = {} if any(name.isdecimal() for name in names) else {str(i): i for i in range(len(names))}
    known = {name: i for i, name in enumerate(names)} | numbers
    texts = [f"{name}={value}" if name else value for name, value in named]
    if len(texts) > 1:
        raise _bad(f"expected one class, got {', '.join(texts)}.")
    for text in texts:
        if text not in known:
            raise _bad(f"expected one of {_shown(_with_numbers(names))}; got {text}.{hint(text, names)}")
    return {0: known[texts[0]]} if texts else {}


def _with_numbers(names: Sequence[str]) -> list[str]:
    if any(name.isdecimal() for name in names):
        return list(names)
    return [f"{i} ({name})" for i, name in enumerate(names)]


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names if len(names) <= _SHOWN else [*names[:3], "…", names[-1]])


def _bad(sentence: str) -> typer.BadParameter:
    return typer.BadParameter(sentence, param_hint="--label")
