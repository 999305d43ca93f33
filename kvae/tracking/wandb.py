"""Records in Weights & Biases. WANDB_MODE=offline records without a server, for `wandb sync`."""

import os

import wandb

from kvae.tracking.tracker import PROJECT, Tracker


class WeightsAndBiases(Tracker):
    """A run of Weights & Biases."""

    def begin(self, record):
        self.run = wandb.init(
            project=os.environ.get("WANDB_PROJECT", PROJECT),
            id=record.key,
            name=record.name,
            config=dict(record.parameters),
            resume="allow",
            settings=wandb.Settings(console="off"),
        )

    def log(self, values, epoch):
        self.run.log(dict(values), step=epoch, commit=False)

    def image(self, name, file, epoch):
        self.run.log({name: wandb.Image(str(file))}, step=epoch, commit=False)

    def preset(self, name, folder):
        artifact = wandb.Artifact(name, type="model")
        artifact.add_dir(str(folder))
        self.run.log_artifact(artifact)

    def end(self, finished):
        self.run.finish(exit_code=0 if finished else 1)


def create() -> WeightsAndBiases:
    """Return a new tracker."""
    return WeightsAndBiases()
