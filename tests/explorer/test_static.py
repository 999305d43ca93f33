"""The static page: one complete file that loads nothing."""

import re
from html.parser import HTMLParser

import pytest

import kvae
from kvae.errors import UserError
from kvae.explorer import session as sessions
from kvae.explorer import write_static

DRAWN = ("circle", "path", "rect")
"""Tags on a map that are closed where they are opened."""


class Page(HTMLParser):
    """The tags of a page, and the addresses that it names."""

    def __init__(self, text):
        super().__init__()
        self.open, self.addresses, self.count = [], [], {}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.count[tag] = self.count.get(tag, 0) + 1
        self.addresses += [value for name, value in attributes if name in ("src", "href")]
        self.addresses += re.findall(r"url\((.*?)\)", dict(attributes).get("style") or "")
        if tag not in ("meta", "img", "input", *DRAWN):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in DRAWN:
            assert self.open.pop() == tag


@pytest.fixture
def page(tmp_path, monkeypatch):
    monkeypatch.setattr(sessions, "SIDE", 3)
    monkeypatch.setattr(sessions, "CODES", 9)
    path = write_static(kvae.open_trained("digits/vae"), tmp_path / "new" / "page")
    assert path == tmp_path / "new" / "page" / "index.html"
    return path.read_text(encoding="utf-8")


def test_static_page_is_complete_html_that_loads_nothing(page):
    parsed = Page(page)
    assert parsed.open == []
    assert len(parsed.addresses) == 1 + 8 + 1  # a map, eight units, and samples
    assert all(address.startswith("data:image/png;base64,") for address in parsed.addresses)
    assert parsed.count["circle"] == 9
    assert parsed.count["input"] == 8


def test_static_page_shows_samples_of_every_sampler(tmp_path, monkeypatch):
    monkeypatch.setattr(sessions, "CODES", 9)
    kvae.open_trained("digits/vae").fit_sampler("normal", out=tmp_path / "preset")
    text = write_static(kvae.open_trained(tmp_path / "preset"), tmp_path).read_text(encoding="utf-8")
    captions = re.findall(r"<figcaption>(\d+ samples .*?)</figcaption>", text)
    assert captions == [f"{sessions.SAMPLES} samples (sampler: {name})" for name in ("normal", "prior")]


def test_static_page_of_a_name_from_anyone_is_escaped(tmp_path, monkeypatch):
    monkeypatch.setattr(sessions, "CODES", 9)
    trained = kvae.open_trained("digits/vae")
    trained.name, trained.config["summary"] = "<script>a</script>", "<img src=x onerror=b>"
    text = write_static(trained, tmp_path).read_text(encoding="utf-8")
    assert "<script>a" not in text
    assert "<img src=x" not in text


def test_static_page_of_a_classifier_is_refused(tmp_path):
    with pytest.raises(UserError, match="Expected a model that samples and reconstructs"):
        write_static(kvae.open_trained("celeba/attribute_classifier"), tmp_path / "page")
    assert not (tmp_path / "page").exists()
