"""Labels by name as arrays."""

import numpy as np
import pytest

from kvae.distributions import BinaryLabels, ClassLabels
from kvae.errors import ChoiceError, UserError
from kvae.recipes.label_names import LabelNames, as_pairs

FACES = LabelNames(("Smiling", "Male"), classes=False)
ANIMALS = LabelNames(("cat", "dog"), classes=True)


@pytest.mark.parametrize(
    ("named", "pairs"),
    [
        (None, []),
        ("dog", [("", "dog")]),
        (3, [("", "3")]),
        ({"Smiling": 1, "Male": False}, [("Smiling", "1"), ("Male", "0")]),
        ([("Smiling", "1")], [("Smiling", "1")]),
    ],
)
def test_as_pairs_accepts_classes_mappings_and_pairs(named, pairs):
    assert as_pairs(named) == pairs


def test_array_copies_unspecified_attributes_in_order():
    others = np.array([[0, 1], [0, 0]], "uint8")
    assert FACES.array({"Smiling": 1}, 3, others).tolist() == [[1, 1], [1, 0], [1, 1]]
    assert others.tolist() == [[0, 1], [0, 0]]


def test_array_of_all_labels_needs_no_others():
    def fail(missing):
        pytest.fail(missing)

    assert FACES.array({"Male": 0, "Smiling": 1}, 2, fail).tolist() == [[1, 0], [1, 0]]
    assert ANIMALS.array("dog", 2, fail).tolist() == [1, 1]


def test_array_names_unspecified_labels_to_the_function():
    missing = []
    FACES.array({"Male": 0}, 1, lambda text: missing.append(text) or np.zeros((1, 2), "uint8"))
    ANIMALS.array(None, 1, lambda text: missing.append(text) or np.zeros(1, "int32"))
    assert missing == ["Smiling=…", "one of 0 (cat), 1 (dog)"]


def test_lines_name_classes_and_attributes_that_are_1():
    assert ANIMALS.lines(np.array([1, 0])) == [["dog"], ["cat"]]
    assert FACES.lines(np.array([[1, 1], [0, 0], [0, 1]], "uint8")) == [["Smiling", "Male"], [], ["Male"]]


def test_captions_name_classes_and_values_of_the_named_attributes():
    assert ANIMALS.captions(np.array([1, 1])) == ["dog", "dog"]
    y = np.array([[1, 1], [0, 0]], "uint8")
    assert FACES.captions(y, {"Male": 1}) == ["Male=1", "Male=0"]
    assert FACES.captions(y, {"Male": 1, "Smiling": 1}) == ["Male=1, Smiling=1", "Male=0, Smiling=0"]


def test_captions_of_attributes_that_do_not_differ_are_left_out():
    assert FACES.captions(np.array([[1, 1], [0, 1]], "uint8"), {"Male": 0}) == []
    assert FACES.captions(np.array([[1, 1], [0, 1]], "uint8")) == []


def test_select_finds_rows_with_the_label():
    assert ANIMALS.select("dog", np.array([0, 1, 1])).tolist() == [1, 2]
    assert FACES.select({"Male": 0}, np.array([[1, 0], [1, 1]])).tolist() == [0]


@pytest.mark.parametrize(
    ("names", "named", "words"),
    [
        (FACES, {"Smilling": 1}, "Did you mean Smiling"),
        (FACES, {"Smiling": 2}, "Expected Smiling=0 or Smiling=1"),
        (ANIMALS, "cow", r"Expected one of 0 \(cat\), 1 \(dog\)"),
        (ANIMALS, [("", "cat"), ("", "dog")], "Expected one class. Received: cat, dog"),
    ],
)
def test_values_unknown_label_is_refused(names, named, words):
    with pytest.raises(ChoiceError, match=words):
        names.values(named)


@pytest.mark.parametrize("named", [None, {"Smiling": 1, "Male": 1}])
def test_select_takes_exactly_one_label(named):
    with pytest.raises(ChoiceError, match="Expected one label"):
        FACES.select(named, np.zeros((1, 2)))


def test_of_model_one_binary_label_with_two_names_is_a_class():
    assert LabelNames.of_model(BinaryLabels(1), ("no", "yes")).classes
    assert not LabelNames.of_model(BinaryLabels(1), ("yes",)).classes
    assert LabelNames.of_model(ClassLabels(3), ()).names == ("0", "1", "2")


@pytest.mark.parametrize(
    ("names", "y", "text"),
    [
        (LabelNames(("a", "b", "c"), False), np.array([[0, 1, 0], [1, 1, 0]], "uint8"), "010 110"),
        (LabelNames(tuple("abcdefghijkl"), True), np.array([3, 11, 0], "int32"), "3 11 0"),
    ],
)
def test_label_texts_hold_the_labels(names, y, text):
    assert names.to_text(y) == text
    assert np.array_equal(names.from_text(text), y)
    for damaged in ("", "0102", "x", "99", "-1 2"):
        with pytest.raises(UserError, match="Expected labels of"):
            names.from_text(damaged)
