"""A callback that shows progress: a bar with an estimate of the time left, and a line per epoch."""

import datetime
import sys
import time

import keras
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from kvae.progress import Line, in_notebook


class Progress(keras.callbacks.Callback):
    """A progress display on stderr: the share that is done, the time left, and the losses of every epoch.

    A notebook has one line, whose text is replaced. Without a terminal there is no bar, and the lines of the epochs state
    the time left.

    Args:
        epochs: number of epochs of the whole run.
        names: losses to show, with their validation values. By default all that the model reports.
    """

    def __init__(self, epochs: int, names: tuple[str, ...] | None = None):
        super().__init__()
        self.epochs, self.names = epochs, names
        # A notebook sets FORCE_COLOR for the commands that it runs, although their output is no terminal.
        terminal = sys.stderr.isatty()
        self.console = Console(stderr=True, highlight=False, force_jupyter=False, force_terminal=terminal)
        self.bar: Bar | None = None
        self.line: Line | None = None
        self.task = TaskID(0)  # of the bar
        self.losses = ""

    def on_train_begin(self, logs=None):
        self.line = Line() if in_notebook() else None
        self.trained = False
        self.start = time.monotonic()

    def on_epoch_begin(self, epoch, logs=None):
        steps = self.params["steps"] or 0  # unknown for a generator
        if self.console.is_terminal and not self.line and self.bar is None:
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
        self.steps, self.epoch, self.began = steps, epoch, time.monotonic()

    def on_train_batch_end(self, batch, logs=None):
        if self.bar:
            self.bar.update(self.task, completed=self.epoch * self.steps + batch + 1)
        if self.line:
            of_steps = f"/{self.steps}" if self.steps else ""
            self.line.show(f"epoch {self.epoch + 1}/{self.epochs}  step {batch + 1}{of_steps}  {self.losses}")

    def on_epoch_end(self, epoch, logs=None):
        names = self.names or tuple(self.model.metrics_names)
        shown = [f"{n} {logs[n]:.5g}" + (f" (val {logs['val_' + n]:.5g})" if f"val_{n}" in logs else "") for n in names]
        if "active_units" in logs:
            shown.append(f"active units {logs['active_units']}")
        self.trained, self.losses = True, "  ".join(shown)
        seconds = time.monotonic() - self.began
        left = seconds * (self.epochs - epoch - 1)
        estimate = "" if self.bar or not left else f"  [{left:.0f} s left]"
        text = f"epoch {epoch + 1}/{self.epochs}  {seconds:.1f} s  {self.losses}{estimate}"
        if self.line:
            self.line.replace(text)
        else:
            self.console.print(text, markup=False, soft_wrap=not self.console.is_terminal)

    def on_train_end(self, logs=None):
        self.close()
        if self.trained:
            self.console.print(f"trained in {datetime.timedelta(seconds=round(time.monotonic() - self.start))}")

    def close(self):
        """Remove the bar, or leave the line. Call this when training has ended with an exception."""
        if self.bar:
            self.bar.stop()
            self.bar = None
        if self.line:
            print(file=sys.stderr)
            self.line = None
