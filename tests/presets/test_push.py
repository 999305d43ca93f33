"""Uploading presets to the Hub. A module with the same functions replaces the package of the Hub."""

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
from kvae.latent.samplers import fit
from kvae.presets import load_sampler, push_preset, read_card, to_preset
from kvae.presets.layout import FILES
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
    "metrics_data": "digits/validation",
    "examples": 180,
    "metrics": {"elbo": -86.712345, "kl_per_unit": [0.5, 0.25]},
    "evaluation": "kvae evaluate MODEL --split validation --metric elbo",
    "command": "kvae train digits/vae --seed 0",
}


class Hub(types.SimpleNamespace):
    """The functions of huggingface_hub that `push_preset` calls. They record their arguments, or raise `raising`."""

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
    """Return the header, whose lines have JSON values."""
    lines = readme.split("---\n")[1].splitlines()
    return {key: json.loads(value) for key, value in (line.split(": ", 1) for line in lines)}


def test_push_preset_uploads_preset_card_and_samples(hub, preset):
    before = {file.name: file.read_bytes() for file in preset.iterdir()}
    assert kvae.push_preset(preset, "hf://me/my-vae", private=True) == "https://huggingface.co/me/my-vae"
    assert hub.created == ("me/my-vae", True, {"private": True})
    assert {file.name for file in hub.files.iterdir()} == {*FILES, "README.md", "samples.png"}
    assert {file.name: file.read_bytes() for file in preset.iterdir()} == before
    for name in FILES[:2]:
        assert (hub.files / name).read_bytes() == before[name]
    assert type(kvae.from_preset(hub.files)).__name__ == "VAE"
    assert Image.open(hub.files / "samples.png").width > 400


def test_model_card_states_metrics_parameters_and_licences(hub, preset):
    push_preset(preset, "hf://me/my-vae", licence="apache-2.0")
    readme = (hub.files / "README.md").read_text()
    assert _front_matter(readme) == {
        "library_name": "kvae",
        "license": "apache-2.0",
        "tags": ["kvae", "keras", "variational-autoencoder", "vae"],
        "datasets": ["digits"],
    }
    assert "\n# my-vae\n\nA dense VAE on handwritten digits.\n\n![Samples of the model](samples.png)\n" in readme
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
        "Computed on 180 examples of `digits/validation`",
        "To reproduce them: `kvae evaluate hf://me/my-vae --split validation --metric elbo`",
        "| data `digits` | CC BY 4.0 (E. Alpaydin",
        "| weights | apache-2.0 |",
    ):
        assert row in readme, row


@pytest.mark.parametrize(
    ("name", "card", "matter", "words"),
    [
        ("CSVAE, classes", {}, {"license": "unknown"}, ["y=0, seed=0", "None were computed", "| data | unknown |"]),
        ("CondVAE", {"data": {"name": "celeba"}}, {"license": "other", "datasets": ["celeba"]}, ["y=[0, 0], seed=0"]),
        ("Classifier", {"data": {"name": "cifar10"}}, {"license": "unknown"}, ["probabilities(x)", "Krizhevsky 2009"]),
        (
            "Autoencoder",
            {"data": {"name": "folder:/home/me/x"}},
            {"tags"},
            ["reconstruct(x)", "the user's own images"],
        ),
    ],
)
def test_model_card_of_an_incomplete_card_says_unknown(name, card, matter, words, hub):
    push_preset(MODELS[name](), "hf://me/it", card=card)
    readme = (hub.files / "README.md").read_text()
    found = _front_matter(readme)
    assert set(matter) <= set(found)
    if isinstance(matter, dict):
        assert {key: found[key] for key in matter} == matter
    assert (found["license"] == "other") == ("license_link" in found)
    assert "unknown: not stated by the uploader" in readme
    assert (
        (hub.files / "samples.png").exists() == ("(samples.png)" in readme) == (name in ("CSVAE, classes", "CondVAE"))
    )
    for each in words:
        assert each in readme, each


def test_push_preset_shortens_local_paths_to_their_last_part(hub):
    card = {
        "recipe": "/home/me/secret/recipe.py",
        "parameters": {"data.path": "/home/me/secret/pictures", "model.latent": 2},
        "data": {"name": "folder:/home/me/secret/pictures"},
        "metrics_data": "folder:/home/me/secret/pictures/test",
        "command": "kvae train /home/me/secret/recipe.py --set data.path=/home/me/secret/pictures --seed 0",
    }
    push_preset(MODELS["Classifier"](), "hf://me/it", card=card)
    pushed = read_card(hub.files)
    assert pushed["command"] == "kvae train recipe.py --set data.path=pictures --seed 0"
    assert pushed["data"]["name"] == "folder:pictures"
    assert "datasets" not in _front_matter((hub.files / "README.md").read_text())
    assert not [file for file in hub.files.iterdir() if b"secret" in file.read_bytes()]


def test_push_preset_keeps_files_of_the_user_and_refuses_links(hub, preset, tmp_path):
    mine = shutil.copytree(preset, tmp_path / "mine")
    (mine / "README.md").write_text("My own.")
    push_preset(mine, "hf://me/it")
    assert (hub.files / "README.md").read_text() == "My own."
    (tmp_path / "secret").write_text("secret")
    (mine / "samples.png").symlink_to(tmp_path / "secret")
    with pytest.raises(UserError, match="a link to another folder"):
        push_preset(mine, "hf://me/it")


def test_push_preset_of_damaged_preset_uploads_nothing(hub, preset, tmp_path):
    mine = shutil.copytree(preset, tmp_path / "mine")
    (mine / "config.json").write_text("{}")
    with pytest.raises(UserError, match="is damaged"):
        push_preset(mine, "hf://me/it")
    assert not hasattr(hub, "created")


@pytest.mark.parametrize(
    "repo",
    ["me/vae", "hf://vae", "hf://me/a/b", "hf://me/", "hf://me/a--b", "hf://me/.a", "hf://../a", "hf://me/ä", "x"],
)
def test_push_preset_to_malformed_repository_is_refused(repo, hub, preset):
    with pytest.raises(UserError, match="Expected hf://user/repo, "):
        push_preset(preset, repo)


def _answer(status):
    """Return an error with the answer of the Hub, as huggingface_hub raises it."""
    error = Exception("Forbidden")
    error.response = types.SimpleNamespace(status_code=status)
    return error


UNREACHED = type("ConnectError", (Exception,), {"__module__": "httpx"})


@pytest.mark.parametrize(
    ("raising", "words"),
    [
        (
            ConnectionError("Name or service not known\nand so on"),
            r"could not be reached for hf://me/it \(Name or service not known\)",
        ),
        (UNREACHED("no route"), r"The Hub could not be reached for hf://me/it \(no route\)"),
        (_answer(401), "it does not accept your login"),
        (_answer(403), "The Hub refused hf://me/it: your login may not write to it"),
        (
            ValueError("Invalid metadata.\n- license is none"),
            r"The Hub refused hf://me/it \(Invalid metadata. - license is none\)",
        ),
    ],
)
def test_push_preset_refused_by_the_hub_says_why(raising, words, hub, preset):
    hub.raising = raising
    with pytest.raises(UserError, match=words) as refused:
        push_preset(preset, "hf://me/it")
    assert "\n" not in str(refused.value)


def test_push_preset_without_login_or_package_says_what_to_do(hub, preset, monkeypatch):
    hub.token = None
    with pytest.raises(UserError, match="Run `hf auth login`"):
        push_preset(preset, "hf://me/it")
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(UserError, match=r'pip install "kvae-zoo\[hub\]"'):
        push_preset(preset, "hf://me/it")


def test_push_preset_with_a_sampler_uploads_it_and_names_it(hub, tmp_path):
    sampler = fit("normal", np.random.default_rng(0).standard_normal((50, 3)))
    push_preset(to_preset(settle(MODELS["Autoencoder"]()), tmp_path / "ae", CARD, sampler=sampler), "hf://me/ae")
    assert load_sampler(hub.files).facts == sampler.facts
    readme = (hub.files / "README.md").read_text()
    assert (
        'sampler = kvae.presets.load_sampler("hf://me/ae")\nx = model.sample(64, seed=0, sampler=sampler)\n' in readme
    )
    assert "| sampler | normal, log density of held-out codes " in readme
    assert Image.open(hub.files / "samples.png").text["sampler"] == "normal"
