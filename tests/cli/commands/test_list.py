"""`kvae list`: the recipes, and the data that are available."""


def test_list_shows_recipes_and_data(kvae, kvae_json):
    entries = {entry["name"]: entry for entry in kvae_json("list")}
    assert entries["digits/vae"]["data_here"] is True
    assert entries["mnist/conv_vae"] == {
        "name": "mnist/conv_vae",
        "kind": "recipe",
        "summary": entries["mnist/conv_vae"]["summary"],
        "dataset": "mnist",
        "data_here": False,
        "preset": False,
    }
    assert entries["mnist/vae"]["preset"] is True
    assert all(entry["summary"].endswith(".") for entry in entries.values())
    assert "mnist/conv_vae  " in kvae("list").out
