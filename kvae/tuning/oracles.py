"""KerasTuner's oracles, which choose the next trial, made to survive a kill between any two writes."""

from pathlib import Path

import numpy as np
from keras_tuner import oracles

from kvae.files import read_json, write_json


class CrashSafeOracle:
    """An oracle whose files appear whole, and which after a kill neither loses nor repeats a trial.

    KerasTuner writes a trial's file before the oracle's. A trial that began in between is forgotten, since the same one
    comes again; one that ended in between is asked for again, and answered from its score.json.
    """

    def save(self):
        write_json(Path(self._get_oracle_fname()), self.get_state())

    def _save_trial(self, trial):
        write_json(Path(self._get_trial_dir(trial.trial_id)) / "trial.json", trial.get_state())

    def reload(self):
        known = set(read_json(Path(self._get_oracle_fname()))["start_order"])
        for file in Path(self._project_dir).glob("trial_*/trial.json"):
            if file.parent.name.removeprefix("trial_") not in known:
                file.unlink()
        super().reload()
        # A trial that has ended is among those that run until the next one is saved.
        self._retry_queue = [trial for trial in dict.fromkeys(self._retry_queue) if trial not in self.end_order]


class RandomSearch(CrashSafeOracle, oracles.RandomSearchOracle):
    def __init__(self, trials: int, epochs: int, **options):
        super().__init__(max_trials=trials, **options)


class Bayesian(CrashSafeOracle, oracles.BayesianOptimizationOracle):
    """Draws by the number of the trial, so that a search that goes on proposes what one left alone would; and at random
    where it would propose what has been tried. Proposals are a millionth of their range apart: what an optimizer ends at
    depends in its last digits on the machine's threads, and would be taken for something new."""

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
    """Begins with the largest bracket that ends within `trials`: its best settings are then trained for all `epochs`."""

    def __init__(self, trials: int, epochs: int, **options):
        super().__init__(max_epochs=epochs, **options)
        self.max_trials = trials
        while self._current_bracket and self._size() > trials:
            self._current_bracket -= 1
        self._brackets = []
        self._start_new_bracket()

    def _size(self) -> int:
        """Trials of the current bracket, over all its rounds."""
        return sum(self._get_size(self._current_bracket, number) for number in range(self._current_bracket + 1))


TUNERS = {"random": RandomSearch, "bayesian": Bayesian, "hyperband": Hyperband}
"""By the names that `kvae tune` knows: made of the number of trials and of a trial's epochs."""
