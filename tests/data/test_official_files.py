"""Files of data sets that may come from anyone."""

import json

import pytest

from kvae.data.official_files import check_tfds_features
from kvae.errors import UserError

OWN = {"pythonClassName": "tensorflow_datasets.core.features.features_dict.FeaturesDict"}


def _features(folder, value):
    folder = folder / "tiny" / "1.0.0"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "features.json").write_text(json.dumps(value))


def test_features_of_tfds_pass(tmp_path):
    check_tfds_features(tmp_path, "tiny:1.0.0")
    _features(tmp_path, OWN | {"featuresDict": {"features": {"image": OWN, "type": OWN, "sizes": [1, 2]}}})
    check_tfds_features(tmp_path, "tiny:1.0.0")


@pytest.mark.parametrize("key", ["pythonClassName", "python_class_name", "type"])
@pytest.mark.parametrize("name", ["data.tiny.notes.X", "tensorflow_datasets_.x", "os.system", None])
def test_features_of_other_packages_are_refused(name, key, tmp_path):
    _features(tmp_path, OWN | {"featuresDict": {"features": {"image": [{key: name}]}}})
    with pytest.raises(UserError, match=r"features\.json, which names"):
        check_tfds_features(tmp_path, "tiny:1.0.0")


def test_features_within_a_text_are_refused(tmp_path):
    content = json.dumps({"features": {"image": {"python_class_name": "os.system"}}})
    _features(tmp_path, {"type": OWN["pythonClassName"], "content": content})
    with pytest.raises(UserError, match="as a text"):
        check_tfds_features(tmp_path, "tiny:1.0.0")
