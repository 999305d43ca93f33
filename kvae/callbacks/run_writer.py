"""A callback that writes the run directory."""

import keras
import numpy as np

from kvae.callbacks.non_finite import NonFiniteLoss
from kvae.runs import Run
from kvae.training import checkpoint


class RunWriter(keras.callbacks.Callback):
    """Writes the run directory at the end of every epoch; the last of the callbacks, so that it sees all figures.

    `epochs` are the history of the epochs before, when a run goes on.
    """

    def __init__(self, run: Run, epochs: list[dict] | None = None):
        super().__init__()
        self.run, self.epochs = run, list(epochs or [])

    def on_train_begin(self, logs=None):
        self.run.save_architecture(self.model)

    def on_epoch_end(self, epoch, logs=None):
        self._refuse_non_finite(epoch, logs)
        figures = {name: value if isinstance(value, int) else float(value) for name, value in logs.items()}
        self.epochs.append({"epoch": epoch + 1, **figures})
        # The checkpoint decides what has happened; history.csv is a view of it and is written anew after a kill.
        checkpoint.save(self.run.state, self.model, {"epochs": self.epochs})
        self.run.write_history(self.epochs)

    def _refuse_non_finite(self, epoch, logs):
        """The last step of an epoch may spoil weights whose losses were finite before it: such a state is not kept."""
        bad = [name for name, value in logs.items() if not np.isfinite(float(value))]
        bad += [v.path for v in self.model.variables if not np.isfinite(keras.ops.convert_to_numpy(v)).all()]
        if bad:
            raise NonFiniteLoss(
                f"Expected finite losses and weights. Received: {bad[0]} is not, at the end of epoch {epoch + 1}. "
                "Lower the learning rate, or clip gradients (clipnorm).",
                bad,
            )
