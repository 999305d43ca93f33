"""Exported networks, run without kvae."""

import keras
import numpy as np
import pytest
from benchmarks.exports import ATOL, LOADERS, Exported, deviations

from kvae import backends, models, weights
from kvae.capabilities import CLASSIFIER, TRANSLATION
from kvae.errors import UserError
from kvae.presets import deviation, from_preset, load_sampler, read_card
from kvae.serving import export_networks
from tests.contracts.models import MODELS, data_for
from tests.contracts.parts import dense

BACKEND = keras.backend.backend()


def require(format):
    """Skip the test unless this backend exports the format, and the packages that write and run it are installed."""
    if format not in backends.EXPORTS:
        pytest.skip(f"Keras does not export {format} on {BACKEND}")
    for package in {"onnx": ("tf2onnx", "onnxruntime")}.get(format, ()):
        pytest.importorskip(package, reason=f"{package} is not installed")


METHODS = {frozenset({CLASSIFIER}): "probabilities", frozenset({TRANSLATION}): "translate"}
"""Methods whose results are stored with a preset, by capabilities. Those of other models are reconstructions."""


class Functions(Exported):
    """Exported networks with the methods of the model that they were made from."""

    def reconstruct(self, x, *y):
        return self("decoder", self("encoder", x, *y)[0], *y)[0]

    def probabilities(self, x):
        return self("classifier", x)[0]

    def translate(self, x, *y):
        strength = np.ones(len(x), "float32")  # which most translators do not take
        return self("translator", x, *y, strength)[0]


@pytest.mark.parametrize("format", LOADERS)
@pytest.mark.parametrize("name", ["VAE, convolutional", "CondVAE", "MultiEncoder", "Classifier"])
def test_exported_networks_equal_the_model_for_each_batch_size(name, format, tmp_path):
    require(format)
    model = MODELS[name]()
    exported = Exported(model, export_networks(model, tmp_path / "out", format), format)
    for network, largest in deviations(model, exported).items():
        assert largest < ATOL, network


@pytest.mark.parametrize(
    ("name", "format"),
    [
        *((name, format) for name in weights.names() for format in ("onnx", "torch")),
        *((name, "saved_model") for name in ("digits/vae", "swiss_roll/csvae", "mnist/iwae")),
    ],
)
def test_exported_preset_reproduces_its_stored_outputs_and_the_model(name, format, tmp_path, monkeypatch):
    require(format)
    model, stored = from_preset(name), read_card(name)["probe"]
    exported = Functions(model, export_networks(model, tmp_path / "out", format), format)
    for network, largest in deviations(model, exported).items():
        assert largest < ATOL, network
    method = METHODS.get(frozenset({CLASSIFIER, TRANSLATION} & model.capabilities), "reconstruct")
    monkeypatch.setattr(type(model), method, lambda self, *data: getattr(exported, method)(*data))
    assert deviation(model, stored, load_sampler(name)) < ATOL


def test_exported_model_keeps_the_order_of_its_domains(tmp_path):
    format = next((name for name, package in backends.EXPORTS.items() if package is None), "onnx")
    require(format)
    (encoder, decoder), (other, _) = dense(), dense()
    model = models.MultiEncoder({"two": encoder, "one": other}, decoder, likelihood="normal")
    before = model.encode(*data_for(model, 4))
    export_networks(model, tmp_path / "out", format)
    assert model.domains == ("two", "one")
    np.testing.assert_array_equal(model.encode(*data_for(model, 4)), before)


def test_readme_states_shapes_and_the_names_of_labels(tmp_path):
    format = next((name for name, package in backends.EXPORTS.items() if package is None), "onnx")
    require(format)
    folder = export_networks(
        MODELS["CondVAE, classes"](), tmp_path / "out", format, facts={"recipe": "a/b"}, labels=("cat", "dog", "owl")
    )
    text = (folder / "README.md").read_text()
    assert "| input | `x` | (N, 8, 8, 1) | float32 | [0, 1] |" in text
    assert "| output | `log_sigma` | (N, 3) | float32 | any real number |" in text
    assert "cat, dog, owl" in text
    assert "| recipe | a/b |" in text


def test_export_in_a_format_of_another_backend_names_the_formats_of_this_one(tmp_path):
    other = next(format for format in ("saved_model", "torch") if format not in backends.EXPORTS)
    with pytest.raises(UserError, match=rf"exports on {BACKEND}: .*Received: format='{other}'"):
        export_networks(MODELS["VAE"](), tmp_path / "out", other)


def test_export_in_an_unknown_format_suggests_one(tmp_path):
    with pytest.raises(UserError, match="Did you mean onnx"):
        export_networks(MODELS["VAE"](), tmp_path / "out", "onx")


def test_export_without_its_package_names_it(tmp_path, monkeypatch):
    monkeypatch.setitem(backends.EXPORTS, "onnx", "no_such_converter")
    with pytest.raises(UserError, match=r"no such package.*no_such_converter"):
        export_networks(MODELS["VAE"](), tmp_path / "out", "onnx")


def test_export_that_keras_refuses_is_reported_in_one_sentence_and_leaves_no_folder(tmp_path, monkeypatch):
    def refuse(*arguments, **options):
        raise NotImplementedError("no such operation\nand many lines")

    monkeypatch.setitem(backends.EXPORTS, "onnx", None)
    monkeypatch.setattr(keras.Model, "export", refuse)
    with pytest.raises(UserError, match=rf"could not export the encoder as onnx on {BACKEND} \(no such operation\)"):
        export_networks(MODELS["VAE"](), tmp_path / "out", "onnx")
    assert list(tmp_path.iterdir()) == []
