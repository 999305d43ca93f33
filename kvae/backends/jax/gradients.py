"""Gradients on JAX, and Keras' hooks, which call the training step `train_round` in `kvae/training/model.py`.

JAX differentiates and compiles pure functions. Keras layers, optimizers, metrics and seed generators hold state that they
assign. This has five consequences:

1. Keras passes the state of a step as four lists of arrays (trainable and other variables of the model, variables of the
   optimizer and of the metrics) and expects the new values back in the same order.
2. A round reads and assigns variables. It therefore runs in a `keras.StatelessScope`, which maps each variable to a traced
   array: assignments change the map, and the new values are read from it at the end.
3. `jax.vjp` differentiates the loss with respect to its arguments only. The variables that the players train are its
   arguments. All other variables are constants, mapped in a second scope inside the differentiated function.
4. What the loss assigns (batch statistics, states of seed generators) would be lost with that second scope. The new values
   leave the differentiated function as an auxiliary output, and are assigned in the scope of the round.
5. A later phase reads the weights that an earlier phase assigned: `variable.value` is looked up in the scope of the round.
"""

import itertools
from unittest import mock

import jax
import keras
from keras.src.backend.jax import trainer

from kvae.backends.calls import last_of
from kvae.backends.jax.compilation import jit


class Backend:
    """The mixin that gives a model the training and validation step of Keras and the gradients of its players."""

    def callbacks_of_fit(self, callbacks):
        """Return the callbacks of `fit`. Keras may call them in a thread of their own while the next step runs."""
        return callbacks

    loads_in_training_thread = True
    """Keras loads batches in the training thread. A step runs in threads of XLA."""

    def train_step(self, state, data):
        return self._in_scope(self.train_round, self._variable_groups(), state, data)

    def test_step(self, state, data):
        trainable, non_trainable, _, metrics = self._variable_groups()
        return self._in_scope(self.test_round, (trainable, non_trainable, metrics), state, data)

    def make_train_function(self, force=False):
        with mock.patch.object(trainer, "jit", jit):
            super().make_train_function(force)

    def make_test_function(self, force=False):
        with mock.patch.object(trainer, "jit", jit):
            super().make_test_function(force)

    def _make_function(self, step_function, concatenate_outputs=False):
        """Return the function that Keras calls with a state and an iterator over batches.

        It runs `steps_per_execution` rounds, and returns the logs of the last and the new state.
        """
        if concatenate_outputs:
            return super()._make_function(step_function, concatenate_outputs)

        def run(state, batches):
            def one_round(batch):
                nonlocal state
                logs, state = step_function(state, batch)
                return logs

            return last_of(self, map(one_round, itertools.islice(batches, self.steps_per_execution))), state

        return run

    def _variable_groups(self):
        """Return the variables in the order in which the Keras trainer passes their values."""
        return (
            self.trainable_variables,
            self.non_trainable_variables,
            self.optimizer.variables,
            self.metrics_variables,
        )

    def _in_scope(self, function, groups, state, data):
        """Return the logs of `function(data)`, computed from the given state, and the new state."""
        pairs = [pair for group, values in zip(groups, state, strict=True) for pair in zip(group, values, strict=True)]
        with keras.StatelessScope(pairs, collect_losses=True) as scope:
            logs = function(data)
        return logs, tuple([scope.get_current_value(variable) for variable in group] for group in groups)

    def gradients(self, loss, variables):
        """Run `loss()` once; return its terms and, for each player, d terms[player] / d variables[player].

        There is one vector-Jacobian product per player, and all of them share one forward pass.
        """
        trained = {
            id(variable): variable for group in variables.values() for variable in group
        }  # players may share some
        fixed = [v for group in self._variable_groups() for v in group if id(v) not in trained]
        fixed_pairs = [(variable, variable.value) for variable in fixed]

        def run(values):
            pairs = [(variable, values[key]) for key, variable in trained.items()]
            with keras.StatelessScope(fixed_pairs + pairs, collect_losses=True) as scope:
                terms = loss()
            updates = [scope.get_current_value(variable) for variable in fixed]
            return {player: terms[player] for player in variables}, (terms, updates)

        values = {key: variable.value for key, variable in trained.items()}
        losses, pullback, (terms, updates) = jax.vjp(run, values, has_aux=True)
        for variable, before, after in zip(fixed, [value for _, value in fixed_pairs], updates, strict=True):
            if after is not before:
                variable.assign(after)
        zeros = jax.tree.map(jax.numpy.zeros_like, losses)
        ones = jax.tree.map(jax.numpy.ones_like, losses)
        slopes = {player: pullback({**zeros, player: ones[player]})[0] for player in variables}
        return terms, {player: [slopes[player][id(v)] for v in group] for player, group in variables.items()}


def apply_gradients(optimizer, gradients, variables):
    """Update `variables` with their gradients by a Keras optimizer.

    A `LossScaleOptimizer` skips a step with infinite gradients. JAX cannot assign variables within such a condition, so the
    new values are computed first.
    """
    if not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        optimizer.apply(gradients, variables)
        return
    state = optimizer.variables
    values, new_state = optimizer.stateless_apply([v.value for v in state], gradients, [v.value for v in variables])
    for variable, value in zip([*variables, *state], [*values, *new_state], strict=True):
        variable.assign(value)


def input_gradient(function, x):
    """Return the gradient of Σ function(x) by x, in the shape of x. A loss that contains it can be differentiated.

    `function` must not assign variables (`kvae.models.base.factors.stateless`).
    """
    return jax.grad(lambda x: jax.numpy.sum(function(x)))(x)
