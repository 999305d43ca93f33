"""The option --label of commands: names, numbers and malformed texts."""

import pytest

from kvae.cli.label_option import read_labels, read_selection
from kvae.distributions import BinaryLabels, ClassLabels
from kvae.recipes.label_names import LabelNames


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


@pytest.mark.parametrize("number", range(5))
def test_label_option_names_classes_of_any_name(number):
    names = (" lead", "3", "tench, Tinca tinca", "x=1", "Greek/1")
    labels = LabelNames.of_model(ClassLabels(5), names)
    for named in (read_labels([names[number]]), read_selection(f"label={names[number]}", "--select-a")):
        assert labels.array(named, 1, others=None).tolist() == [number]


def test_label_option_names_a_class_by_number_next_to_a_class_called_by_another():
    labels = LabelNames.of_model(ClassLabels(3), ("cat", "0", "dog"))
    assert labels.array(read_labels(["2"]), 1, others=None).tolist() == [2]
    assert labels.array(read_labels(["0"]), 1, others=None).tolist() == [1]
