"""Translation of arguments and keys that earlier versions wrote."""

import keras
import pytest

from kvae.networks import GroupNormalization
from kvae.upgrade import ARGUMENTS, rename_keys, upgrade_arguments, upgrade_layers
from tests.contracts.models import MODELS, settle


def test_upgrade_arguments_former_name_becomes_present_name():
    config = {"seed": 1, "fixed_judge": True}
    assert upgrade_arguments("kvae>IFCVAEGAN", config) == {"seed": 1, "fixed_classifier": True}
    assert config == {"seed": 1, "fixed_judge": True}


def test_upgrade_arguments_other_class_keeps_names():
    assert upgrade_arguments("other>IFCVAEGAN", {"fixed_judge": True}) == {"fixed_judge": True}


def test_upgrade_arguments_function_may_return_several_arguments(monkeypatch):
    monkeypatch.setitem(ARGUMENTS, "kvae>X", {"size": lambda size: {"width": size[0], "height": size[1]}})
    assert upgrade_arguments("kvae>X", {"size": [2, 3], "seed": 0}) == {"width": 2, "height": 3, "seed": 0}


@pytest.mark.parametrize("registered_name", ARGUMENTS)
def test_upgrade_arguments_table_names_registered_classes(registered_name):
    assert registered_name in keras.saving.get_custom_objects()


def test_model_saved_with_former_argument_loads(tmp_path):
    model = settle(MODELS["IFCVAEGAN"]())
    config = keras.saving.serialize_keras_object(model)
    config["config"]["fixed_judge"] = not config["config"].pop("fixed_classifier")
    assert keras.saving.deserialize_keras_object(config).fixed_classifier is not model.fixed_classifier


def test_upgrade_layers_replaces_the_group_norm_of_keras():
    x = keras.Input((8, 8, 4))
    net = keras.Model(x, keras.layers.Dense(3)(keras.layers.GroupNormalization(2, epsilon=1e-5)(x)))
    former = keras.saving.serialize_keras_object(net)
    present = keras.saving.deserialize_keras_object(upgrade_layers(former))
    assert type(present.layers[1]) is GroupNormalization
    assert present.layers[1].get_config() == net.layers[1].get_config()
    assert upgrade_layers(keras.saving.serialize_keras_object(present)) == keras.saving.serialize_keras_object(present)
    assert type(keras.saving.deserialize_keras_object(former).layers[1]) is keras.layers.GroupNormalization


def test_rename_keys_keeps_order_and_other_keys():
    assert list(rename_keys({"a": 1, "b": 2, "c": 3}, {"b": "x"}).items()) == [("a", 1), ("x", 2), ("c", 3)]
