"""A callback that shows progress: a bar with an estimate of the time left, and a line per epoch."""

import datetime
import time

import keras
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar


class Progress(keras.callbacks.Callback):
    """A progress display on stderr: the share that is done, the time left, and the losses of every epoch.

    Without a terminal there is no bar, and the lines of the epochs state the time left.

    Args:
        epochs: number of epochs of the whole run.
        names: losses to show, with their validation values. By default all that the model reports.
    """

    def __init__(self, epochs: int, names: tuple[str, ...] | None = None):
        super().__init__()
        self.epochs, self.names = epochs, names
        self.console = Console(stderr=True, highlight=False)

    def on_train_begin(self, logs=None):
        self.bar = self.task = None
        self.trained = False
        self.start = time.monotonic()

    def on_epoch_begin(self, epoch, logs=None):
        steps = self.params["steps"] or 0  # unknown for a generator
        if self.console.is_terminal and self.bar is None:
            self.bar = Bar(
                TextColumn("epoch {task.fields[epoch]}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=self.console,
                transient=True,
            )
            self.bar.start()
            self.task = self.bar.add_task("", total=self.epochs * steps, completed=epoch * steps, epoch="")
        if self.bar:
            self.bar.update(self.task, completed=epoch * steps, epoch=f"{epoch + 1}/{self.epochs}")
        self.steps_before, self.began = epoch * steps, time.monotonic()

    def on_train_batch_end(self, batch, logs=None):
        if self.bar:
            self.bar.update(self.task, completed=self.steps_before + batch + 1)

    def on_epoch_end(self, epoch, logs=None):
        names = self.names or tuple(self.model.metrics_names)
        shown = [f"{n} {logs[n]:.5g}" + (f" (val {logs['val_' + n]:.5g})" if f"val_{n}" in logs else "") for n in names]
        if "active_units" in logs:
            shown.append(f"active units {logs['active_units']}")
        self.trained = True
        seconds = time.monotonic() - self.began
        left = seconds * (self.epochs - epoch - 1)
        self.console.print(
            f"epoch {epoch + 1}/{self.epochs}  {seconds:.1f} s  {'  '.join(shown)}"
            + ("" if self.bar or not left else f"  [{left:.0f} s left]").replace("[", r"\["),
            soft_wrap=not self.console.is_terminal,
        )

    def on_train_end(self, logs=None):
        self.close()
        if self.trained:
            self.console.print(f"trained in {datetime.timedelta(seconds=round(time.monotonic() - self.start))}")

    def close(self):
        """Remove the bar. Call this when training has ended with an exception."""
        if getattr(self, "bar", None):
            self.bar.stop()
            self.bar = None
