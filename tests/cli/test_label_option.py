"""The option --label of commands: names, numbers and malformed texts."""

import pytest

from kvae.cli.label_option import read_labels
from kvae.distributions import BinaryLabels, ClassLabels
from kvae.recipes.labels import LabelNames


@pytest.mark.parametrize("command", ["sample", "reconstruct"])
@pytest.mark.parametrize("label", ["", "=1", "even=", "even=1,"])
def test_label_option_malformed_is_refused_before_the_model_is_opened(kvae, command, label):
    result = kvae(command, "nowhere", "--label", label)
    assert result.code == 2
    assert "expected NAME=VALUE or VALUE, got " in result.err


@pytest.mark.parametrize(
    ("labels", "names", "text", "y"),
    [
        (ClassLabels(3), ("cat", "dog", "owl"), "dog", 1),
        (ClassLabels(3), ("cat", "dog", "owl"), "2", 2),
        (ClassLabels(3), ("3", "2", "1"), "1", 2),  # names come before numbers
        (ClassLabels(3), (), "1", 1),
        (BinaryLabels(1), ("cat", "dog"), "dog", 1),
        (BinaryLabels(1), ("cat", "dog"), "1", 1),
        (BinaryLabels(1), ("glasses",), "glasses=1", [1]),
        (BinaryLabels(1), ("glasses",), "1", [1]),
        (BinaryLabels(1), (), "1", [1]),
        (BinaryLabels(2), ("glasses", "hat"), "hat=0,glasses=1", [1, 0]),
        (BinaryLabels(2), (), "1=0,0=1", [1, 0]),
    ],
)
def test_label_names_array_accepts_names_and_numbers(labels, names, text, y):
    found = LabelNames.of_model(labels, names).array(read_labels([text]), 2, others=None)
    labels.check(found)
    assert found.tolist() == [y, y]
