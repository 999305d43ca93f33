"""The tuner whose trials are run directories, and the rule by which a hopeless one stops."""

import math
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import keras
import keras_tuner

from kvae.callbacks import MedianStopping
from kvae.errors import UserError
from kvae.files import read_json, write_json
from kvae.recipes.train import Session
from kvae.runs import Run
from kvae.tuning import trials
from kvae.tuning.hypermodel import RecipeModel


class RunTuner(keras_tuner.Tuner):
    """A tuner whose trials are run directories: an unfinished one goes on from its last epoch."""

    def __init__(
        self, oracle, hypermodel: RecipeModel, folder: Path, ended: Callable[[str], None] = lambda trial: None
    ):
        self.folder, self.ended = folder, ended
        super().__init__(oracle=oracle, hypermodel=hypermodel, directory=str(folder.parent), project_name=folder.name)

    # The tuner has no state beside its oracle's, which a worker leaves to the chief.

    def _get_tuner_fname(self):
        return str(self.folder / "oracle.json")

    def save(self):
        if not self._is_worker():
            self.oracle.save()

    def reload(self):
        if not self._is_worker():
            self.oracle.reload()

    def run_trial(self, trial, *args, **kwargs):
        place = self.folder / f"trial_{trial.trial_id}"
        done = place / "score.json"
        if not done.is_file():
            try:
                write_json(done, self._score(trial, place / "run"))
            except keras_tuner.errors.FailedTrialError as error:
                write_json(place / "failed.json", {"reason": str(error)})  # a chief is not told
                raise
            except (OSError, UserError) as error:  # a full disk, a figure that is not there: the next trial has it too
                raise keras_tuner.errors.FatalError(str(error)) from error
        figures = read_json(done)
        return {name: value for name, value in figures.items() if isinstance(value, int | float)}

    def _score(self, trial, folder: Path) -> dict:
        began = time.monotonic()
        try:
            session, run = self._train(trial.hyperparameters, folder, trial.trial_id)
        except UserError as error:  # settings that do not go together, or a loss that is not finite
            raise keras_tuner.errors.FailedTrialError(str(error)) from error
        figures = self.hypermodel.judge(session.model, session.training)
        if not math.isfinite(figures["score"]):
            raise keras_tuner.errors.FailedTrialError(f"Expected finite figures. Received: {figures}.")
        epochs = len(run.history()["epoch"])
        return {
            **figures,
            "epochs": epochs,
            "stopped": bool(epochs < session.training.epochs),
            "seconds": time.monotonic() - began,
            "parameters": self.hypermodel.chosen(trial.hyperparameters),
        }

    def _train(self, hp, folder: Path, trial: str) -> tuple[Session, Run]:
        """Trains the run in `folder`, from its last epoch on if it has begun."""
        hypermodel = self.hypermodel
        values = hypermodel.values(hp)
        if "tuner/epochs" in hp.values:  # Hyperband's
            values["epochs"] = hp.values["tuner/epochs"]
            if "tuner/trial_id" in hp.values and not (folder / "config.json").is_file():
                trials.copy(self.folder / f"trial_{hp.values['tuner/trial_id']}" / "run", folder)
        keras.backend.clear_session()
        session = Session(hypermodel.recipe, values, hypermodel.seed, dataset=hypermodel.dataset)
        if not (folder / "config.json").is_file():
            shutil.rmtree(folder, ignore_errors=True)
            Run.create(folder, session.config())
        run = Run(folder)
        write_json(folder / "config.json", session.config())
        epochs = session.restore(run)
        stop = MedianStopping(self.folder, trial, hypermodel.search.monitor)
        if not stop.should_stop(run):  # it may have been stopped, and killed before it was judged
            session.fit(run, epochs, [stop], progress=False)
        elif not run.finished:
            run.save_model(session.model)
        return session, run

    def on_trial_end(self, trial):
        super().on_trial_end(trial)
        self.ended(trial.trial_id)
