"""`kvae show`: the docstring and the parameters of a recipe."""


def test_show_prints_docstring_and_parameters(kvae, kvae_json):
    shown = kvae_json("show", "digits/vae")
    assert {"name": "model.hidden", "type": "ints of 1 or more, separated by commas", "default": [256, 128]} in shown[
        "parameters"
    ]
    text = kvae("show", "digits/vae").out
    assert "Source:" in text
    assert "model.hidden   ints of 1 or more, separated by commas  (256, 128)" in text
