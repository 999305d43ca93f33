"""The rule that keeps the best epoch."""

import pytest

from kvae.errors import UserError
from kvae.training import BestEpoch

LOSSES = [{"val_loss": value} for value in (3.0, 2.0, 2.0, 2.5)]


def test_first_epoch_with_the_best_value_is_the_best():
    assert BestEpoch().among(LOSSES) == 2
    assert BestEpoch(direction="max").among(LOSSES) == 1
    assert BestEpoch().among([]) is None


@pytest.mark.parametrize(("patience", "over"), [(None, False), (1, True), (2, True), (3, False)])
def test_training_is_over_after_as_many_epochs_without_a_better_one(patience, over):
    assert BestEpoch(patience=patience).is_over(LOSSES) == over
    assert not BestEpoch(patience=patience).is_over(LOSSES[:2])
    assert not BestEpoch(patience=patience).is_over([])


@pytest.mark.parametrize("arguments", [{"direction": "up"}, {"patience": 0}])
def test_unknown_direction_and_patience_are_refused(arguments):
    with pytest.raises(UserError, match="direction min or max, and a patience"):
        BestEpoch(**arguments)


def test_metric_that_the_history_lacks_is_refused_with_those_that_it_has():
    with pytest.raises(UserError, match=r"has: val_loss\. Received: metric='val_elbo'"):
        BestEpoch("val_elbo").among(LOSSES)
