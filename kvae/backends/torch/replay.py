"""Functions of tensors that are recorded after they have run for a while, and replayed from then on."""

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import keras
import torch
from keras import ops

from kvae.backends.torch.tracing import NoTraceError, Program, reason, trace

PATIENCE = 0.5
"""Seconds that a function runs before it is recorded, for each shape of its inputs. A recording takes about as long."""

TOLERANCE = 1e-4
"""Largest error of a compiled program, relative to the largest value of each tensor."""


class Replayed:
    """A function that is recorded after it has run for `PATIENCE` seconds, and replayed from then on.

    There is one program for each structure of the arguments, and each shape and type of the tensors in them. A new program
    is used only if it gives the same results as the function, bit for bit. Otherwise the function runs as it is, and one
    line says why.

    A program contains Python attributes, such as the rate of a dropout layer, as they were in the recording. A later change
    has no effect on it.

    Args:
        function: a function of tensors, or of structures of tensors.
        variables: all variables that it may read or assign.
        compiled: True to compile its programs with inductor, at the first call. They then give the same results as the
            function to a relative error of `TOLERANCE`.
        name: what the function is, at the beginning of a sentence.
    """

    def __init__(
        self, function: Callable, variables: Sequence[keras.Variable], compiled: bool = False, name: str = "A function"
    ):
        self.function, self.variables = function, list({id(v): v for v in variables}.values())
        self.compiled, self.name = compiled, name
        self.programs: dict[tuple, Program] = {}
        self.spent: dict[tuple, float] = {}
        self.reasons: set[str] = set()

    def __call__(self, *arguments) -> Any:
        if torch.is_anomaly_enabled():  # the user looks for the operation that fails
            return self.function(*arguments)
        leaves = keras.tree.flatten(arguments)
        inputs = [ops.convert_to_tensor(leaf) for leaf in leaves if leaf is not None]
        structure = keras.tree.pack_sequence_as(arguments, [leaf is None for leaf in leaves])
        key = repr(structure), *((value.shape, value.dtype, value.stride()) for value in inputs)
        if program := self.programs.get(key):
            return program([variable._value for variable in self.variables], inputs)
        start = time.perf_counter()
        ready = self.spent.get(key, 0.0) >= (0.0 if self.compiled else PATIENCE)
        outputs = self._recorded(key, arguments, inputs) if ready else self.function(*arguments)
        self.spent[key] = self.spent.get(key, 0.0) + time.perf_counter() - start
        return outputs

    def _recorded(self, key: tuple, arguments: tuple, inputs: list[torch.Tensor]) -> Any:
        """Return the outputs of the function, and keep its program if it computes the same."""
        try:
            before, before_again = self._copies(), self._copies()
        except RuntimeError as error:  # they do not fit into the memory
            self._runs_as_it_is(key, error)
            return self.function(*arguments)
        outputs = self.function(*arguments)
        try:
            program = trace(self._of_leaves(arguments), self.variables, before, inputs)
            if self.compiled:
                program.compile([variable._value for variable in self.variables])
            again = program(before_again, inputs)
            self._check(outputs, again, before_again)
        except Exception as error:  # of any kind, from code of the user; the function itself has just run without one
            self._runs_as_it_is(key, error)
        else:
            self.programs[key] = program
            for variable, value in zip(self.variables, before_again, strict=True):
                variable._direct_assign(value)  # those of the compiled program, as in all further steps
        return outputs

    def _runs_as_it_is(self, key: tuple, error: Exception) -> None:
        """Never record the function for inputs with this key again, and say why."""
        self.spent[key] = float("-inf")
        text = f"{self.name} runs operation by operation, because {reason(error)}. Results are the same."
        if text not in self.reasons:  # inputs of several shapes may have the same reason
            print(text, file=sys.stderr)
        self.reasons.add(text)

    def _of_leaves(self, arguments: tuple) -> Callable:
        """Return the function with the tensors in `arguments` as its arguments."""
        leaves = keras.tree.flatten(arguments)

        def function(*inputs):
            remaining = iter(inputs)
            values = [None if leaf is None else next(remaining) for leaf in leaves]
            return self.function(*keras.tree.pack_sequence_as(arguments, values))

        return function

    def _copies(self) -> list[torch.Tensor]:
        """Return copies of the values of the variables."""
        values = [variable._value for variable in self.variables]
        return [value.detach().clone().requires_grad_(value.requires_grad) for value in values]

    def _check(self, outputs, again, after: Sequence[torch.Tensor]) -> None:
        """Raise `NoTraceError` unless the outputs and the values of all variables are the same."""
        pairs = list(zip(keras.tree.flatten(outputs), keras.tree.flatten(again), strict=True))
        pairs += [(variable._value, value) for variable, value in zip(self.variables, after, strict=True)]
        tolerance = TOLERANCE if self.compiled else 0.0
        if not all(torch.equal(one, other) or _close(one, other, tolerance) for one, other in pairs):
            raise NoTraceError("a recording of it gives other results")


def _close(one: torch.Tensor, other: torch.Tensor, tolerance: float) -> bool:
    """True if two tensors are the same to `tolerance`, relative to the largest value."""
    scale = float(one.detach().abs().max()) if one.numel() else 0.0
    return torch.allclose(one, other, rtol=0, atol=tolerance * scale if tolerance else 0.0, equal_nan=True)
