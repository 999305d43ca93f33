"""KerasTuner's oracles, which choose the next trial, made to survive a kill between any two writes."""

from collections.abc import Collection
from pathlib import Path

import numpy as np
from keras_tuner import oracles

from kvae.errors import UserError, first_line
from kvae.files import schemas, write_json
from kvae.tuning.schemas import OracleState, TrialState


class CrashSafeOracle:
    """A mixin for oracles whose files appear whole and which neither lose nor repeat a trial after a kill.

    KerasTuner writes the file of a trial before the file of the oracle. A trial that began between the two writes is
    forgotten, since the oracle proposes the same one again. A trial that ended between them is proposed again, and
    `RunTuner` then reads its score from score.json.
    """

    def save(self):
        write_json(Path(self._get_oracle_fname()), self.get_state())

    def _save_trial(self, trial):
        write_json(Path(self._get_trial_dir(trial.trial_id)) / "trial.json", trial.get_state())

    def reload(self):
        file = Path(self._get_oracle_fname())
        try:
            self._forget_trials_except(schemas.read(file, OracleState)["start_order"])
            for trial in Path(self._project_dir).glob("trial_*/trial.json"):
                schemas.read(trial, TrialState)
            super().reload()
            if missing := set(self._retry_queue) - set(self.trials):
                raise ValueError(f"it lacks the trial {missing.pop()}")
            if any(trial.status == "COMPLETED" and trial.score is None for trial in self.trials.values()):
                raise ValueError("a finished trial has no score")
        except (KeyError, ValueError, TypeError, AttributeError, RuntimeError, RecursionError) as error:
            raise UserError(
                f"Expected a search, as kvae wrote it. Received: {file.parent}, where oracle.json or a trial.json is "
                f"damaged ({first_line(error)}). Begin the search in another folder (--out)."
            ) from error
        # KerasTuner keeps a finished trial among the running ones until it saves the next trial.
        self._retry_queue = [trial for trial in dict.fromkeys(self._retry_queue) if trial not in self.end_order]

    def _forget_trials_except(self, known: Collection[str]) -> None:
        for file in Path(self._project_dir).glob("trial_*/trial.json"):
            if file.parent.name.removeprefix("trial_") not in known:
                file.unlink()


class RandomSearch(CrashSafeOracle, oracles.RandomSearchOracle):
    """Random search over `trials` trials."""

    def __init__(self, trials: int, epochs: int, **options):
        super().__init__(max_trials=trials, **options)


class Bayesian(CrashSafeOracle, oracles.BayesianOptimizationOracle):
    """Bayesian optimisation over `trials` trials.

    The random state depends only on the number of the trial, so that a resumed search proposes the same settings as one
    that was never interrupted. A proposal that has been tried already is replaced by a random one. Proposals are rounded
    to a millionth of their range: the last digits of an optimizer's result depend on the threads of the machine, and
    would make a repeated proposal look new.
    """

    def __init__(self, trials: int, epochs: int, **options):
        super().__init__(max_trials=trials, **options)

    def populate_space(self, trial_id):
        self._random_state = np.random.RandomState((self.seed, len(self.trials)))
        found = super().populate_space(trial_id)
        values = found.get("values")
        for hp in self.hyperparameters.space if values else ():
            if isinstance(values.get(hp.name), float):
                values[hp.name] = float(hp.prob_to_value(round(hp.value_to_prob(values[hp.name]), 6)))
        return self._random_populate_space() if values and self._duplicate(values) else found


class Hyperband(CrashSafeOracle, oracles.HyperbandOracle):
    """Hyperband, beginning with the largest bracket that ends within `trials` trials.

    The best settings of that bracket are then trained for all `epochs`.
    """

    def __init__(self, trials: int, epochs: int, **options):
        super().__init__(max_epochs=epochs, **options)
        self.max_trials = trials
        while self._current_bracket and self._size() > trials:
            self._current_bracket -= 1
        self._brackets = []
        self._start_new_bracket()

    def _size(self) -> int:
        """Return the number of trials in the current bracket, over all its rounds."""
        return sum(self._get_size(self._current_bracket, number) for number in range(self._current_bracket + 1))


TUNERS = {"random": RandomSearch, "bayesian": Bayesian, "hyperband": Hyperband}
"""Class of the oracle for each value of `kvae tune --tuner`. Its arguments are the numbers of trials and of epochs."""
