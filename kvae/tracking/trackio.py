"""Records in Trackio, on this machine or, with TRACKIO_SPACE_ID, in a Space."""

import os

import trackio

from kvae.tracking.tracker import PROJECT, Tracker


class Trackio(Tracker):
    """A run of Trackio."""

    def begin(self, record):
        self.run = trackio.init(
            project=os.environ.get("TRACKIO_PROJECT", PROJECT),
            name=f"{record.name} {record.key}",  # by which a resumed run is found again
            config={name: str(value) for name, value in record.parameters.items()},
            resume="allow",
            embed=False,
        )

    def log(self, values, epoch):
        self.run.log(dict(values), step=epoch)

    def image(self, name, file, epoch):
        self.run.log({name: trackio.Image(str(file))}, step=epoch)

    def preset(self, name, folder):
        self.run.log_artifact(str(folder), name=name, type="model")

    def end(self, finished):
        self.run.finish()


def create() -> Trackio:
    """Return a new tracker."""
    return Trackio()
