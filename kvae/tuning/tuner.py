"""A tuner of KerasTuner whose trials are run directories."""

import math
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import keras
import keras_tuner

from kvae.callbacks import MedianStopping
from kvae.errors import UserError
from kvae.files import write_json
from kvae.recipes.finish import finish, in_float32
from kvae.recipes.resume import warn_of_differences
from kvae.recipes.session import Session
from kvae.runs import Run
from kvae.tuning import trials
from kvae.tuning.hypermodel import RecipeHyperModel, refuse_data


class RunTuner(keras_tuner.Tuner):
    """A tuner whose trials are run directories. An interrupted trial is resumed after its last epoch.

    Args:
        oracle: KerasTuner's oracle, which chooses the settings of each trial.
        hypermodel: the recipe as a hypermodel.
        folder: directory of the search.
        ended: function that is called with the name of each trial that ends.
    """

    def __init__(
        self, oracle, hypermodel: RecipeHyperModel, folder: Path, ended: Callable[[str], None] = lambda trial: None
    ):
        self.folder = folder
        self.ended = ended
        super().__init__(oracle=oracle, hypermodel=hypermodel, directory=str(folder.parent), project_name=folder.name)

    # The tuner has no state of its own. Its oracle has one, which only the chief writes.

    def _get_tuner_fname(self):
        return str(self.folder / "oracle.json")

    def save(self):
        if not self._is_worker():
            self.oracle.save()

    def reload(self):
        if not self._is_worker():
            self.oracle.reload()

    def run_trial(self, trial, *args, **kwargs):
        """Train and evaluate `trial` unless its score.json exists already, and return the numbers in score.json."""
        refuse_data(args, kwargs)
        folder = self.folder / f"trial_{trial.trial_id}"
        score = folder / "score.json"
        if not score.is_file():
            try:
                write_json(score, self._score(trial, folder / "run"))
            except keras_tuner.errors.FailedTrialError as error:
                write_json(folder / "failed.json", {"reason": str(error)})  # KerasTuner does not tell the chief why
                raise
            except (OSError, UserError) as error:  # a full disk or a missing value stops the next trial too
                raise keras_tuner.errors.FatalError(str(error)) from error
        return {
            name: value for name, value in trials.read_score(score.parent).items() if isinstance(value, int | float)
        }

    def _score(self, trial, folder: Path) -> dict:
        """Train `trial` in the run directory `folder`, and return the contents of score.json."""
        began = time.monotonic()
        try:
            session, run = self._train(trial.hyperparameters, folder, trial.trial_id)
        except UserError as error:  # settings that do not fit each other, or a loss that is not finite
            raise keras_tuner.errors.FailedTrialError(str(error)) from error
        values = self.hypermodel.evaluate(in_float32(run, session), session.training)
        if not math.isfinite(values["score"]):
            raise keras_tuner.errors.FailedTrialError(f"The score is not finite: {values}.")
        epochs = len(run.history()["epoch"])
        return {
            **values,
            "epochs": epochs,
            "stopped": bool(epochs < session.training.epochs),
            "seconds": time.monotonic() - began,
            "parameters": self.hypermodel.chosen(trial.hyperparameters),
        }

    def _train(self, hp, folder: Path, trial: str) -> tuple[Session, Run]:
        """Train the run in `folder` under `hp`, resuming it if it has begun."""
        hypermodel = self.hypermodel
        values = hypermodel.values(hp)
        if "tuner/epochs" in hp.values:  # set by Hyperband
            values["epochs"] = hp.values["tuner/epochs"]
            if "tuner/trial_id" in hp.values and not (folder / "config.json").is_file():
                trials.copy(self.folder / f"trial_{hp.values['tuner/trial_id']}" / "run", folder)
        keras.backend.clear_session()
        shared = {"dataset": hypermodel.dataset, "precision": hypermodel.precision}
        session = Session(hypermodel.recipe, values, hypermodel.seed, **shared)
        if not (folder / "config.json").is_file():
            shutil.rmtree(folder, ignore_errors=True)
            session.create_run(folder)
        run = Run(folder)
        warn_of_differences(run.config)
        write_json(folder / "config.json", session.config())
        epochs = session.restore(run)
        stop = MedianStopping(self.folder, trial, hypermodel.search.monitor)
        if not stop.should_stop(run):  # the trial may have been stopped, and the process killed before the evaluation
            session.fit(run, epochs, [stop], progress=False)
            finish(run, session)
        elif not run.finished:
            run.save_model(session.model)
        return session, run

    def on_trial_end(self, trial):
        """Report the end of `trial` to KerasTuner and to `ended`."""
        super().on_trial_end(trial)
        self.ended(trial.trial_id)
