"""`kvae new`: recipes that begin as copies."""


def test_new_recipe_is_a_copy_that_can_be_shown(kvae, tmp_path):
    result = kvae("new", "my recipe.py", "--from", "swiss_roll/vae")
    assert result.code == 0, result.err
    assert "kvae train 'my recipe.py'" in result.out
    assert "kvae train my recipe.py" in (tmp_path / "my recipe.py").read_text()
    assert "model.beta" in kvae("show", "my recipe.py").out


def test_new_does_not_replace_a_file(kvae, tmp_path):
    (tmp_path / "mine.py").write_text("x = 1")
    result = kvae("new", "mine.py")
    assert result.code == 2
    assert "which exists" in result.err
    assert (tmp_path / "mine.py").read_text() == "x = 1"
    assert kvae("new", "mine").code == 2
