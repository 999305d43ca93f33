"""A callback that writes the run directory."""

import keras
import numpy as np

from kvae.callbacks.non_finite import NonFiniteLoss
from kvae.errors import UserError
from kvae.runs import Run
from kvae.training import checkpoint


class RunWriter(keras.callbacks.Callback):
    """A callback that writes checkpoint and history of a run at the end of every epoch.

    It must come after the callbacks that add to the logs.

    Args:
        run: the run.
        epochs: history of the earlier epochs, if the run is resumed.
    """

    def __init__(self, run: Run, epochs: list[dict] | None = None):
        super().__init__()
        self.run, self.epochs = run, list(epochs or [])

    def on_train_begin(self, logs=None):
        self.config = self.run.config
        self.run.save_architecture(self.model)

    def on_epoch_end(self, epoch, logs=None):
        self._refuse_non_finite(epoch, logs)
        self._refuse_another_run()
        values = {name: value if isinstance(value, int) else float(value) for name, value in logs.items()}
        self.epochs.append({"epoch": epoch + 1, **values})
        # The checkpoint holds the history too. After a kill, history.csv is written again from it.
        checkpoint.save(self.run.state, self.model, {"epochs": self.epochs})
        self.run.write_history(self.epochs)

    def _refuse_another_run(self):
        """Raise `UserError` if config.json is gone or another, so that nothing is written that no command could open."""
        if not (self.run.path / "config.json").is_file() or self.run.config != self.config:
            raise UserError(
                f"Training has stopped, because somebody removed or replaced config.json of the run {self.run.path}. "
                "Train a new run in a folder of its own (--out)."
            )

    def _refuse_non_finite(self, epoch, logs):
        """Raise `NonFiniteLoss` if a loss or a weight is infinite or NaN. The last checkpoint then stays as it is."""
        bad = [name for name, value in logs.items() if not np.isfinite(float(value))]
        bad += [v.path for v in self.model.variables if not np.isfinite(keras.ops.convert_to_numpy(v)).all()]
        if bad:
            raise NonFiniteLoss(
                f"Expected finite losses and weights. Received: NaN or infinity in {bad[0]} after epoch {epoch + 1}. "
                "Lower the learning rate, or clip gradients (clipnorm).",
                bad,
            )
