"""A callback that anneals a scalar of the model, such as β."""

import keras

from kvae.errors import UserError
from kvae.training.schedules import Schedule


class Anneal(keras.callbacks.Callback):
    """A callback that sets a scalar variable of the model to `schedule(epoch)` at the start of each epoch.

    The logs hold its value under its name. A recipe adds the callback with `Training(anneal={"beta": schedule})`. The
    schedules are in `kvae.training.schedules`.

    Args:
        variable: name of the model's attribute that holds the variable, such as "beta".
        schedule: function of the epoch, counted from 0.

    Example:
        >>> from kvae.callbacks import Anneal
        >>> from kvae.training.schedules import Linear
        >>> callback = Anneal("beta", Linear(0.0, 1.0, length=10))
    """

    def __init__(self, variable: str, schedule: Schedule):
        super().__init__()
        self.variable, self.schedule = variable, schedule

    def on_train_begin(self, logs=None):
        known = self.model.scalars
        if self.variable not in known:
            raise UserError(
                f"Expected a scalar variable of {type(self.model).__name__}: {', '.join(known) or 'it has none'}. "
                f"Received: variable={self.variable!r}."
            )

    def on_epoch_begin(self, epoch, logs=None):
        self.model.scalars[self.variable].assign(self.schedule(epoch))

    def on_epoch_end(self, epoch, logs=None):
        logs[self.variable] = float(self.model.scalars[self.variable])
