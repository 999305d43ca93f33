"""Gradients on PyTorch, and Keras' hooks, which call the training step `train_round` in `kvae/training/model.py`.

PyTorch stores every operation for the gradients, and assigns variables in place. This has four consequences:

1. Gradients come from `autograd.grad`. `.backward()` would add the gradients of all players to `.grad`.
2. The graph of a phase is freed with the last player, since all players share one forward pass.
3. A gradient of an unconnected variable is zero, as on JAX, so that the moments of Adam are the same.
4. Terms are detached before they are returned. A metric that kept them would keep the graph of each batch.
"""

import keras
import torch

from kvae.backends.calls import last_of
from kvae.backends.torch.optimizers import fused
from kvae.backends.torch.replay import Replayed


class Backend:
    """The mixin that gives a model the training and validation step of Keras and the gradients of its players."""

    def train_step(self, data):
        return self.train_round(data)

    def test_step(self, data):
        with torch.no_grad():
            return self.test_round(data)

    def callbacks_of_fit(self, callbacks):
        """Return the callbacks of `fit` with one more, because of which Keras calls all of them in the training thread.

        Keras would call callbacks that ignore batches in a thread of their own. This gains nothing on PyTorch, where
        operations run in the thread that calls them: the two threads would wait for each other.
        """
        if isinstance(callbacks, keras.callbacks.CallbackList):
            return callbacks
        return [*keras.tree.flatten(callbacks or []), _InThisThread()]

    loads_in_training_thread = True
    """The operations of a step share the cores with threads that would load batches."""

    def make_train_function(self, force=False):
        self.train_function = self._replayed("train_function", self.train_step, force)

    def make_test_function(self, force=False):
        self.test_function = self._replayed("test_function", self.test_step, force)

    def make_predict_function(self, force=False):
        def predict(batches):
            parts = [self.predict_step(batch) for batch in batches]
            return parts[0] if len(parts) == 1 else keras.tree.map_structure(lambda *rows: torch.cat(rows), *parts)

        self.predict_function = torch.no_grad()(predict)

    def _replayed(self, name, step, force):
        """Return the function that Keras calls with `steps_per_execution` batches, or fewer at the end of an epoch.

        It replays `step`, unless `run_eagerly` is set. A recording depends on which variables train. If this changes, the
        function is a new one.
        """
        variables = [*self.variables, *self.optimizer.variables, *self.metrics_variables]
        state = [(id(variable), variable.trainable) for variable in variables]
        known, function = self.__dict__.get(f"_{name}_of", (None, None))
        if known != state or getattr(self, name) is None or force:
            title = f"{type(self).__name__}.{step.__name__}"
            function = step if self.run_eagerly else Replayed(step, variables, self.jit_compile, title)
            self.__dict__[f"_{name}_of"] = state, function
        return lambda batches: last_of(self, map(function, batches))

    def gradients(self, loss, variables):
        """Run `loss()` once; return its terms and, for each player, d terms[player] / d variables[player]."""
        terms = loss()
        gradients = {}
        for i, (player, group) in enumerate(variables.items()):
            values = [variable.value for variable in group]
            if values and terms[player].requires_grad:
                more = i < len(variables) - 1
                gradients[player] = torch.autograd.grad(
                    terms[player], values, retain_graph=more, materialize_grads=True
                )
            else:  # a constant loss, or a player whose layers are all frozen
                gradients[player] = [torch.zeros_like(value) for value in values]
        return {name: term.detach() for name, term in terms.items()}, gradients


class _InThisThread(keras.callbacks.Callback):
    """A callback that has hooks for batches, which do nothing."""

    def on_train_batch_end(self, batch, logs=None):
        pass

    def on_test_batch_end(self, batch, logs=None):
        pass


def apply_gradients(optimizer, gradients, variables):
    """Update `variables` with their gradients by a Keras optimizer, with a fused kernel if there is one."""
    with fused(optimizer):
        optimizer.apply(gradients, variables)


def input_gradient(function, x):
    """Return the gradient of Σ function(x) by x, in the shape of x. A loss that contains it can be differentiated.

    `function` must not assign variables (`kvae.models.base.factors.stateless`).
    """
    differentiable = torch.is_grad_enabled()
    with torch.enable_grad():
        x = x if x.requires_grad else x.detach().requires_grad_()
        gradient = torch.autograd.grad(function(x).sum(), x, create_graph=differentiable, materialize_grads=True)[0]
    return gradient if differentiable else gradient.detach()
