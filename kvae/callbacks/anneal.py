"""Numbers that follow a schedule during training."""

import keras

from kvae.errors import UserError
from kvae.training.schedules import Schedule


class Anneal(keras.callbacks.Callback):
    """Sets a named variable of the model, such as `beta`, to `schedule(epoch)`.

    At the start of each epoch; its value appears in the logs under its name.
    """

    def __init__(self, variable: str, schedule: Schedule):
        super().__init__()
        self.variable, self.schedule = variable, schedule

    def on_train_begin(self, logs=None):
        known = [name for name, value in vars(self.model).items() if _is_scalar(value)]
        if self.variable not in known:
            raise UserError(
                f"Expected a scalar variable of {type(self.model).__name__} to anneal: {', '.join(known) or 'it has none'}. "
                f"Received: variable={self.variable!r}."
            )

    def on_epoch_begin(self, epoch, logs=None):
        getattr(self.model, self.variable).assign(self.schedule(epoch))

    def on_epoch_end(self, epoch, logs=None):
        logs[self.variable] = float(getattr(self.model, self.variable))


def _is_scalar(value) -> bool:
    return isinstance(value, keras.Variable) and value.shape == () and not value.trainable
