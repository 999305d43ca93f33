"""Options of metrics as text."""

import pytest

from kvae.errors import ChoiceError, UserError
from kvae.recipes.metric_options import parse_options, settable_options


def test_parse_options_types_values_by_signature():
    options = parse_options({"nll.samples": "5000", "seed": "1", "nll.rows": "none"})
    assert options == {"nll": {"samples": 5000, "rows": None}, "seed": 1}


def test_parse_options_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(ChoiceError, match=r"Did you mean nll\.samples"):
        parse_options({"nll.sample": "5"})


def test_parse_options_value_of_another_type_is_refused():
    with pytest.raises(UserError, match="Expected seed of type int"):
        parse_options({"seed": "many"})


def test_settable_options_leave_out_objects():
    names = set(settable_options())
    assert {"seed", "samples", "nll.samples", "elbo.seed"} <= names
    assert not {"classifier", "attributes.classifier", "training"} & names
