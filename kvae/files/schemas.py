"""Schemas of JSON files, which may be damaged or come from anyone. Importing this module takes a tenth of a second."""

from pathlib import Path
from typing import Annotated, Any

import pydantic
from annotated_types import Ge, Le

from kvae.errors import UserError, first_line
from kvae.files.records import read_json

Seed = Annotated[int, Ge(0), Le(2**32 - 1)]
"""A seed, as Keras takes it."""


class Schema(pydantic.BaseModel):
    """A kind of JSON file. It may hold further keys."""

    model_config = pydantic.ConfigDict(extra="allow", strict=True)


def read(path: Path, schema: type[Schema]) -> dict[str, Any]:
    """Return the contents of the JSON file at `path`, which must fit `schema`."""
    return checked(read_json(path), schema, path)


def checked(value: Any, schema: type[Schema], path: Path) -> dict[str, Any]:
    """Return `value`, which was read from `path`. Raise `UserError` unless it fits `schema`."""
    try:
        schema.model_validate(value)
    except (pydantic.ValidationError, RecursionError) as error:
        raise UserError(
            f"Expected a whole {path.name}, as kvae wrote it. Received: {path} ({_reason(error)})."
        ) from None
    return value


def _reason(error: Exception) -> str:
    """Return the first reason of a validation error."""
    if not isinstance(error, pydantic.ValidationError):
        return first_line(error)
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'contents'}: {first_line(ValueError(first['msg']))}"
