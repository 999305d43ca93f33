"""Short names of compared models."""

from types import SimpleNamespace

from kvae.recipes.comparison import short_names


def test_short_names_of_runs_and_a_preset_of_the_same_name_differ(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runs = ["runs/digits/vae", "runs/mnist/vae"]
    for folder in runs:
        (tmp_path / folder).mkdir(parents=True)
    paths = {name: tmp_path / name for name in runs} | {"digits/vae": tmp_path / "site/digits/vae"}
    models = [SimpleNamespace(name=name, source=SimpleNamespace(path=path)) for name, path in paths.items()]
    assert short_names(models[:2]) == ["digits/vae", "mnist/vae"]
    assert short_names(models) == ["runs/digits/vae", "mnist/vae", "digits/vae"]
