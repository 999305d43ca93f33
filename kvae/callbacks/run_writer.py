"""A callback that writes the run directory."""

import keras
import numpy as np

from kvae.callbacks.non_finite import NonFiniteLoss
from kvae.runs import Run
from kvae.training import checkpoint


class RunWriter(keras.callbacks.Callback):
    """A callback that writes checkpoint and history of a run at the end of every epoch.

    It must come after the callbacks that add to the logs.

    Args:
        run: the run.
        epochs: history of the former epochs of a resumed run.
    """

    def __init__(self, run: Run, epochs: list[dict] | None = None):
        super().__init__()
        self.run, self.epochs = run, list(epochs or [])

    def on_train_begin(self, logs=None):
        self.run.save_architecture(self.model)

    def on_epoch_end(self, epoch, logs=None):
        self._refuse_non_finite(epoch, logs)
        values = {name: value if isinstance(value, int) else float(value) for name, value in logs.items()}
        self.epochs.append({"epoch": epoch + 1, **values})
        # The checkpoint holds the history too. After a kill, history.csv is written again from it.
        checkpoint.save(self.run.state, self.model, {"epochs": self.epochs})
        self.run.write_history(self.epochs)

    def _refuse_non_finite(self, epoch, logs):
        """Raise `NonFiniteLoss` if the last step of the epoch has made weights infinite or NaN, so that none are saved."""
        bad = [name for name, value in logs.items() if not np.isfinite(float(value))]
        bad += [v.path for v in self.model.variables if not np.isfinite(keras.ops.convert_to_numpy(v)).all()]
        if bad:
            raise NonFiniteLoss(
                f"Expected finite losses and weights. Received: {bad[0]} is not, at the end of epoch {epoch + 1}. "
                "Lower the learning rate, or clip gradients (clipnorm).",
                bad,
            )
