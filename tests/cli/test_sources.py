"""The check, before Keras is imported, that the data of a run are present."""

from kvae.cli.sources import _data_name


def test_data_of_a_run_on_own_images_are_not_those_that_its_recipe_is_named_after():
    def name(recipe, path, **settings):
        return _data_name({"recipe": recipe, "parameters": {"data.path": path}}, settings)

    assert name("facades/pix2pix", None) == "facades"
    assert name("facades/pix2pix", "pairs") is None
    assert name("monet2photo/cyclegan", None, **{"data.path": "places"}) is None
    assert name("folder/conv_vae", "photos") == "folder:photos"
