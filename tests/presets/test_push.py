"""Presets on their way to the Hub, which a module of the same functions stands for."""

import json
import shutil
import sys
import types

import keras
import numpy as np
import pytest
from PIL import Image

import kvae
from kvae.errors import UserError
from kvae.plots.samples import sample_count, save_samples
from kvae.presets import push_preset, read_card, to_preset
from kvae.presets.preset import FILES
from tests.contracts.models import MODELS, settle

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="one backend is enough for files")

CARD = {
    "recipe": "digits/vae",
    "summary": "A dense VAE on handwritten digits.",
    "source": "none | a pipe.",
    "parameters": {"model.latent": 3, "model.hidden": [16]},
    "seed": 0,
    "epochs": 2,
    "data": {"name": "digits"},
    "figures_on": "digits/validation",
    "examples": 180,
    "figures": {"elbo": -86.712345, "kl_per_unit": [0.5, 0.25]},
    "evaluation": "kvae evaluate MODEL --split validation --metric elbo",
    "command": "kvae train digits/vae --seed 0",
}


class Hub(types.SimpleNamespace):
    """What `push_preset` asks of huggingface_hub. Remembers what it is given; `raising` is what it raises instead."""

    raising, token = None, "hf_token"

    def get_token(self):
        return self.token

    def create_repo(self, repo_id, exist_ok, **options):
        if self.raising:
            raise self.raising
        self.created = (repo_id, exist_ok, options)
        return f"https://huggingface.co/{repo_id}"

    def upload_folder(self, repo_id, folder_path, commit_message):
        self.files = shutil.copytree(folder_path, self.place)
        return commit_message


@pytest.fixture
def hub(monkeypatch, tmp_path):
    fake = Hub(place=tmp_path / "hub")
    monkeypatch.setitem(sys.modules, "huggingface_hub", fake)
    return fake


@pytest.fixture(scope="module")
def preset(tmp_path_factory):
    return to_preset(settle(MODELS["VAE"]()), tmp_path_factory.mktemp("preset"), CARD)


def _front_matter(readme: str) -> dict:
    """YAML of one line each, whose values are JSON."""
    lines = readme.split("---\n")[1].splitlines()
    return {key: json.loads(value) for key, value in (line.split(": ", 1) for line in lines)}


def test_a_preset_is_pushed_with_its_card_and_a_picture(hub, preset):
    before = {file.name: file.read_bytes() for file in preset.iterdir()}
    assert kvae.push_preset(preset, "hf://me/my-vae", private=True) == "https://huggingface.co/me/my-vae"
    assert hub.created == ("me/my-vae", True, {"private": True})
    assert {file.name for file in hub.files.iterdir()} == {*FILES, "README.md", "picture.png"}
    assert {file.name: file.read_bytes() for file in preset.iterdir()} == before
    for name in FILES[:2]:
        assert (hub.files / name).read_bytes() == before[name]
    assert type(kvae.from_preset(hub.files)).__name__ == "VAE"
    assert Image.open(hub.files / "picture.png").width > 400


def test_the_model_card(hub, preset):
    push_preset(preset, "hf://me/my-vae", licence="apache-2.0")
    readme = (hub.files / "README.md").read_text()
    assert _front_matter(readme) == {
        "library_name": "kvae",
        "license": "apache-2.0",
        "tags": ["kvae", "keras", "variational-autoencoder", "vae"],
        "datasets": ["digits"],
    }
    assert "\n# my-vae\n\nA dense VAE on handwritten digits.\n\n![Samples of the model](picture.png)\n" in readme
    code = readme.split("```python\n")[1].split("```")[0]
    assert len(code.splitlines()) == 3
    assert 'model = kvae.from_preset("hf://me/my-vae")' in code
    for row in (
        "| recipe | `digits/vae` |",
        "| source | none \\| a pipe. |",
        "| training | `kvae train digits/vae --seed 0` |",
        "| `model.hidden` | 16 |",
        "| `elbo` | -86.712 |",
        "| `kl_per_unit` | 0.5, 0.25 |",
        "Measured on 180 examples of `digits/validation`",
        "Again: `kvae evaluate hf://me/my-vae --split validation --metric elbo`",
        "| data `digits` | CC BY 4.0 (E. Alpaydin",
        "| weights | apache-2.0 |",
    ):
        assert row in readme, row


@pytest.mark.parametrize(
    ("name", "card", "matter", "words"),
    [
        ("CSVAE, classes", {}, {"license": "unknown"}, ["y=0, seed=0", "None were measured", "| data | unknown |"]),
        ("CondVAE", {"data": {"name": "celeba"}}, {"license": "other", "datasets": ["celeba"]}, ["y=[0, 0], seed=0"]),
        ("Classifier", {"data": {"name": "cifar10"}}, {"license": "unknown"}, ["probabilities(x)", "Krizhevsky 2009"]),
        (
            "Autoencoder",
            {"data": {"name": "folder:/home/me/x"}},
            {"tags"},
            ["reconstruct(x)", "the user's own pictures"],
        ),
    ],
)
def test_what_is_not_known_is_said_to_be_unknown(name, card, matter, words, hub):
    push_preset(MODELS[name](), "hf://me/it", card=card)
    readme = (hub.files / "README.md").read_text()
    found = _front_matter(readme)
    assert set(matter) <= set(found)
    if isinstance(matter, dict):
        assert {key: found[key] for key in matter} == matter
    assert (found["license"] == "other") == ("license_link" in found)
    assert "unknown: whoever put them here has not said" in readme
    assert (
        (hub.files / "picture.png").exists() == ("(picture.png)" in readme) == (name in ("CSVAE, classes", "CondVAE"))
    )
    for each in words:
        assert each in readme, each


def test_paths_of_this_computer_stay_here(hub):
    card = {
        "recipe": "/home/me/secret/recipe.py",
        "parameters": {"data.path": "/home/me/secret/pictures", "model.latent": 2},
        "data": {"name": "folder:/home/me/secret/pictures"},
        "figures_on": "folder:/home/me/secret/pictures/test",
        "command": "kvae train /home/me/secret/recipe.py --set data.path=/home/me/secret/pictures --seed 0",
    }
    push_preset(MODELS["Classifier"](), "hf://me/it", card=card)
    pushed = read_card(hub.files)
    assert pushed["command"] == "kvae train recipe.py --set data.path=pictures --seed 0"
    assert pushed["data"]["name"] == "folder:pictures"
    assert "datasets" not in _front_matter((hub.files / "README.md").read_text())
    assert not [file for file in hub.files.iterdir() if b"secret" in file.read_bytes()]


def test_what_lies_beside_a_preset_is_pushed_as_it_is_and_links_are_not(hub, preset, tmp_path):
    mine = shutil.copytree(preset, tmp_path / "mine")
    (mine / "README.md").write_text("My own.")
    push_preset(mine, "hf://me/it")
    assert (hub.files / "README.md").read_text() == "My own."
    (tmp_path / "secret").write_text("secret")
    (mine / "picture.png").symlink_to(tmp_path / "secret")
    with pytest.raises(UserError, match="leads elsewhere"):
        push_preset(mine, "hf://me/it")


def test_a_damaged_preset_is_not_pushed(hub, preset, tmp_path):
    mine = shutil.copytree(preset, tmp_path / "mine")
    (mine / "config.json").write_text("{}")
    with pytest.raises(UserError, match="damaged or another"):
        push_preset(mine, "hf://me/it")
    assert not hasattr(hub, "created")


@pytest.mark.parametrize(
    "repo",
    ["me/vae", "hf://vae", "hf://me/a/b", "hf://me/", "hf://me/a--b", "hf://me/.a", "hf://../a", "hf://me/ä", "x"],
)
def test_what_is_no_repository(repo, hub, preset):
    with pytest.raises(UserError, match="Expected hf://user/repo, "):
        push_preset(preset, repo)


def _answer(status):
    """An error of huggingface_hub, whatever its class, with the Hub's answer."""
    error = Exception("Forbidden")
    error.response = types.SimpleNamespace(status_code=status)
    return error


UNREACHED = type("ConnectError", (Exception,), {"__module__": "httpx"})


@pytest.mark.parametrize(
    ("raising", "words"),
    [
        (
            ConnectionError("Name or service not known\nand so on"),
            r"Expected a connection .*\(Name or service not known\)",
        ),
        (UNREACHED("no route"), r"Expected a connection to the Hub\. Received: none, for hf://me/it \(no route\)"),
        (_answer(401), "Expected a login that the Hub knows"),
        (_answer(403), "Expected the right to write to hf://me/it"),
        (
            ValueError("Invalid metadata.\n- license is none"),
            r"refusal of hf://me/it \(Invalid metadata. - license is none\)",
        ),
    ],
)
def test_why_the_hub_did_not_take_it(raising, words, hub, preset):
    hub.raising = raising
    with pytest.raises(UserError, match=words) as refused:
        push_preset(preset, "hf://me/it")
    assert "\n" not in str(refused.value)


def test_without_a_login_or_the_package(hub, preset, monkeypatch):
    hub.token = None
    with pytest.raises(UserError, match="Log in by `hf auth login`"):
        push_preset(preset, "hf://me/it")
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(UserError, match=r'pip install "kvae-zoo\[hub\]"'):
        push_preset(preset, "hf://me/it")


def test_points_are_a_scatter_plot(tmp_path):
    mlp = kvae.networks.mlp
    model = kvae.models.CondVAE(
        mlp(3, 4, label_units=2), mlp(4, 3), kvae.distributions.BinaryLabels(2), likelihood="normal"
    )
    assert save_samples(tmp_path / "points.png", model)
    assert Image.open(tmp_path / "points.png").width > 1000
    assert save_samples(tmp_path / "points.png", model, np.ones((sample_count(model), 2), "uint8"))
