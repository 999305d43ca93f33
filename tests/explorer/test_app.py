"""The page of the explorer without a browser: the page of each preset, and its components."""

import re

import keras
import pytest

import kvae

gr = pytest.importorskip("gradio", reason='the page needs gradio: pip install "kvae-zoo[explore]"')

from kvae.errors import UserError  # noqa: E402
from kvae.explorer import build_app, serve  # noqa: E402
from kvae.explorer import session as sessions  # noqa: E402
from kvae.presets import names  # noqa: E402
from tests.conftest import ROOT  # noqa: E402

pytestmark = pytest.mark.skipif(keras.backend.backend() != "torch", reason="the layout does not depend on the backend")


@pytest.fixture(autouse=True)
def few_codes(monkeypatch):
    """Nine codes, so that a page is built quickly."""
    monkeypatch.setattr(sessions, "CODES", 9)


@pytest.mark.parametrize("name", names())
def test_page_of_each_preset_is_built(name):
    assert build_app(kvae.open_trained(name)).title == name


def components(name):
    """Return the number of components of each kind on the page of a preset."""
    count = {}
    for block in build_app(kvae.open_trained(name)).blocks.values():
        count[type(block)] = count.get(type(block), 0) + 1
    return count


def test_page_of_images_has_sliders_uploads_and_a_map():
    count = components("digits/vae")
    assert (count[gr.Slider], count[gr.Image], count[gr.Tab]) == (1 + 8, 3, 4)
    assert gr.CheckboxGroup not in count


def test_page_of_attributes_has_a_checkbox_for_each():
    app = build_app(kvae.open_trained("celeba/csvae"))
    (labels,) = [block for block in app.blocks.values() if isinstance(block, gr.CheckboxGroup)]
    assert [name for name, _ in labels.choices] == list(kvae.open_trained("celeba/csvae").label_names)


def test_page_of_points_has_no_uploads():
    assert gr.Image not in components("swiss_roll/csvae")


def test_page_of_a_classifier_has_an_upload_and_probabilities():
    count = components("celeba/attribute_classifier")
    assert (count[gr.Image], count[gr.Label], gr.Slider in count) == (1, 1, False)


def test_program_of_a_space_in_the_documentation_builds_the_page():
    page = (ROOT / "docs" / "explorer.md").read_text(encoding="utf-8")
    variables = {"__name__": "app"}
    exec(re.search(r"`app.py` is:\n\n```text\n(.*?)```", page, re.DOTALL)[1], variables)
    assert variables["page"].title == "celeba/cond_vae"


def test_serve_on_a_port_in_use_is_refused():
    trained = kvae.open_trained("digits/vae")
    app = serve(trained, browser=False)
    try:
        with pytest.raises(UserError, match=f"Received: port={app.server_port}"):
            serve(trained, app.server_port, browser=False)
    finally:
        app.close()
