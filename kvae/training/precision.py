"""The precision in which networks compute: float32 or bfloat16.

Weights, optimizers, log densities, KL divergences and losses are float32 in both. `kvae.distributions.base.promote` converts
the output of a network before it enters a density or a loss.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import keras

from kvae.errors import UserError

POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}
"""The dtype policy of Keras for each precision."""


@contextlib.contextmanager
def networks_in(precision: str) -> Iterator[None]:
    """Let the networks that are built inside compute in `precision`. Afterwards Keras' dtype policy is as before.

    Raises:
        UserError: `precision` is not one of `POLICIES`.
    """
    if precision not in POLICIES:
        raise UserError(f"Expected a precision: {', '.join(POLICIES)}. Received: precision={precision!r}.")
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(POLICIES[precision])
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def in_float32(config: Any) -> Any:
    """Return a model's serialised configuration with the policy float32 in place of mixed_bfloat16."""
    if isinstance(config, dict):
        return {key: in_float32(value) for key, value in config.items()}
    if isinstance(config, list):
        return [in_float32(value) for value in config]
    return POLICIES["float32"] if config == POLICIES["bfloat16"] else config
