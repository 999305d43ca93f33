"""Labels by name, such as {"Smiling": 1} or "horse", and the arrays y that models take."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from kvae.errors import ChoiceError, UserError
from kvae.suggest import hint

Named = Mapping[str, Any] | Sequence[tuple[str, Any]] | str | int | None
"""Labels that a user asks for: values of attributes by name, or one class by its name or number."""

_SHOWN = 50  # number of names that a message lists


@dataclasses.dataclass(frozen=True)
class LabelNames:
    """Names of the classes or of the attributes of labels y.

    Args:
        names: one name for each class or attribute.
        classes: True if y holds classes (N,), False if it holds attributes (N, A).
    """

    names: tuple[str, ...]
    classes: bool

    @classmethod
    def of_model(cls, spec, names: Sequence[str]) -> "LabelNames":
        """Return the names of the labels that a model takes. Labels without names are called by their numbers.

        `spec` is the model's label specification, and `names` holds the names in the data set. One binary label with two
        names is a class: its names are those of the values 0 and 1.
        """
        classes = spec.exclusive or (spec.units == 1 and len(names) == 2)
        numbers = tuple(map(str, range(max(2, spec.units) if classes else spec.units)))
        return cls(tuple(names) or numbers, classes)

    def values(self, named: Named) -> dict[int, int]:
        """Return {column: 0 or 1} of the named attributes, or {0: class}; {} if nothing is named.

        Raises:
            ChoiceError: a name or a value is unknown.
        """
        return (self._class if self.classes else self._attributes)(as_pairs(named))

    def array(self, named: Named, n: int, others: np.ndarray | Callable[[str], np.ndarray]) -> np.ndarray:
        """Return the labels of `n` examples: (n,) or (n, A).

        Args:
            named: labels that all examples have.
            n: number of examples.
            others: labels from which unspecified ones are copied, in order and repeatedly; or a function that returns
                them. It is called, with the names of the unspecified labels, only if there are any.
        """
        values, columns = self.values(named), 1 if self.classes else len(self.names)
        if len(values) == columns:
            y = np.tile(np.array([values[column] for column in range(columns)], "int32"), (n, 1))  # (n, A)
            return y[:, 0] if self.classes else y
        others = others(self._missing(values)) if callable(others) else others
        y = np.resize(others, (n, *others.shape[1:]))
        for column, value in values.items():
            y[:, column] = value
        return y

    def to_text(self, y: np.ndarray) -> str:
        """Return labels (N,) or (N, A) as a text, such as "3 8 1" or "010 110 001"."""
        return " ".join(str(row) if self.classes else "".join(map(str, row)) for row in y.astype(int).tolist())

    def lines(self, y: np.ndarray) -> list[list[str]]:
        """Return the name of the class, or the names of the attributes that are 1, of each row of labels (N,) or (N, A)."""
        rows = y.astype(int).tolist()
        if self.classes:
            return [[self.names[row]] for row in rows]
        return [[name for name, value in zip(self.names, row, strict=True) if value] for row in rows]

    def captions(self, y: np.ndarray, named: Named = None) -> list[str]:
        """Return a caption for each row of labels (N,) or (N, A): its class, or its values of the attributes in `named`.

        Returns [] if these values are the same in all rows.
        """
        rows = y.astype(int).tolist()
        if self.classes:
            return [self.names[row] for row in rows]
        columns = self.values(named)
        found = [", ".join(f"{self.names[column]}={row[column]}" for column in columns) for row in rows]
        return found if len(set(found)) > 1 else []

    def from_text(self, text: str) -> np.ndarray:
        """Return the labels (N,) or (N, A) in a text that `to_text` wrote. Raise `UserError` if it is another text."""
        rows, n = text.split(), len(self.names)
        if self.classes:
            valid = all(row.isascii() and row.isdecimal() and len(row) < 10 and int(row) < n for row in rows)
        else:
            valid = all(len(row) == n and set(row) <= {"0", "1"} for row in rows)
        if not (valid and rows):
            raise UserError(
                f"Expected labels of {_listed(self.names)} as digits. Received: {text[:50]!r}. Get the card again."
            )
        return np.array(rows, "int32") if self.classes else np.array([list(row) for row in rows], "uint8")

    def select(self, named: Named, y: np.ndarray) -> np.ndarray:
        """Return the numbers of the rows of `y`, (N,) or (N, A), that have the named label. Only one may be named."""
        values = self.values(named)
        if len(values) != 1:
            raise ChoiceError(f"Expected one label, a class or NAME=0 or NAME=1. Received: {as_text(named)}.")
        ((column, value),) = values.items()
        return np.flatnonzero((y if self.classes else y[:, column]) == value)

    def _missing(self, values: Mapping[int, int]) -> str:
        """Return the labels that are not among `values`, as a message lists them."""
        if self.classes:
            return f"one of {_listed(self._with_numbers())}"
        return _listed([f"{name}=…" for column, name in enumerate(self.names) if column not in values])

    def _attributes(self, named: Sequence[tuple[str, str]]) -> dict[int, int]:
        values = {}
        for name, value in ((name.strip(), value.strip()) for name, value in named):
            name = name or (self.names[0] if len(self.names) == 1 else "")
            if not name:
                raise ChoiceError(
                    f"Expected NAME=0 or NAME=1, with a NAME among {_listed(self.names)}. Received: {value}."
                )
            if name not in self.names:
                raise ChoiceError(
                    f"Expected an attribute among {_listed(self.names)}. Received: {name}.{hint(name, self.names)}"
                )
            if value not in ("0", "1"):
                raise ChoiceError(f"Expected {name}=0 or {name}=1. Received: {name}={value}.")
            if values.setdefault(self.names.index(name), int(value)) != int(value):
                raise ChoiceError(f"Expected one value of {name}. Received: 0 and 1.")
        return values

    def _class(self, named: Sequence[tuple[str, str]]) -> dict[int, int]:
        """Return {0: class}. A class is called by its name, or by its number unless that is the name of another class."""
        if not named:
            return {}
        known = {str(i): i for i in range(len(self.names))} | {name: i for i, name in enumerate(self.names)}
        text = ",".join(f"{name}={value}" if name else value for name, value in named)  # a name may hold "," and "="
        found = known.get(text, known.get(text.strip()))
        if found is not None:
            return {0: found}
        if len(named) > 1:
            raise ChoiceError(f"Expected one class. Received: {as_text(named)}.")
        raise ChoiceError(f"Expected one of {_listed(self._with_numbers())}. Received: {text}.{hint(text, self.names)}")

    def _with_numbers(self) -> list[str]:
        """Return the names of the classes, each next to its number unless that is the name of a class."""
        return [name if str(i) in self.names else f"{i} ({name})" for i, name in enumerate(self.names)]


def as_pairs(named: Named) -> list[tuple[str, str]]:
    """Return (name, value) of each label as texts. A class has the name ""."""
    if named is None:
        return []
    if isinstance(named, str | int | np.integer):
        return [("", str(named))]
    pairs = named.items() if isinstance(named, Mapping) else named
    return [(name, value if isinstance(value, str) else str(int(value))) for name, value in pairs]


def as_text(named: Named) -> str:
    """Return the labels as the command line takes them: "Smiling=1, Male=0" or "horse"."""
    return ", ".join(f"{name}={value}".strip() if name else value.strip() for name, value in as_pairs(named)) or "none"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names if len(names) <= _SHOWN else [*names[:3], "…", names[-1]])
