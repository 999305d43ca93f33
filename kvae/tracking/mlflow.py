"""Records in MLflow. The environment variables of MLflow name the server and the experiment."""

import os
import time

import mlflow
from mlflow.entities import Metric, Param

from kvae.tracking.tracker import PROJECT, Tracker

TAG, PATH = "kvae.key", "kvae.path"
"""Tags of a record: its key, and the path of the run."""

LONGEST = 6000
"""Longest value of a parameter, in characters."""


class MLflow(Tracker):
    """A run of MLflow. It does not become the active run of the process."""

    def begin(self, record):
        self.client = mlflow.MlflowClient()
        experiment = self._experiment(os.environ.get("MLFLOW_EXPERIMENT_NAME", PROJECT))
        found = self.client.search_runs([experiment], f"tags.`{TAG}` = '{record.key}'", max_results=1)
        if found:
            self.id = found[0].info.run_id
            self.client.update_run(self.id, status="RUNNING")
            return
        tags = {TAG: record.key, PATH: str(record.folder)}
        self.id = self.client.create_run(experiment, run_name=record.name, tags=tags).info.run_id
        parameters = [Param(name, str(value)[:LONGEST]) for name, value in record.parameters.items()]
        self.client.log_batch(self.id, params=parameters)

    def _experiment(self, name: str) -> str:
        """Return the number of the experiment called `name`. It is created if it does not exist."""
        found = self.client.get_experiment_by_name(name)
        return self.client.create_experiment(name) if found is None else found.experiment_id

    def log(self, values, epoch):
        now = int(time.time() * 1000)
        self.client.log_batch(self.id, metrics=[Metric(name, value, now, epoch) for name, value in values.items()])

    def image(self, name, file, epoch):
        self.client.log_artifact(self.id, str(file), "images")

    def preset(self, name, folder):
        self.client.log_artifacts(self.id, str(folder), "preset")

    def end(self, finished):
        self.client.set_terminated(self.id, "FINISHED" if finished else "FAILED")


def create() -> MLflow:
    """Return a new tracker."""
    return MLflow()
