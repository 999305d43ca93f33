"""`kvae explore`: the static page, and what it needs."""

import socket
import sys


def test_explore_static_writes_one_page_without_data(kvae, tmp_path):
    result = kvae("explore", "digits/vae", "--static", "page")
    assert (result.code, result.out) == (0, "page/index.html. Open it in a browser.\n"), result.err
    assert [path.name for path in (tmp_path / "page").iterdir()] == ["index.html"]


def test_explore_static_of_a_file_is_refused(kvae, tmp_path):
    (tmp_path / "page").write_text("mine")
    assert kvae("explore", "digits/vae", "--static", "page").code == 2
    assert (tmp_path / "page").read_text() == "mine"


def test_explore_without_gradio_names_the_extra(kvae, monkeypatch):
    monkeypatch.setitem(sys.modules, "gradio", None)
    result = kvae("explore", "digits/vae")
    assert result.code == 1
    assert result.err.startswith('Error: The page needs gradio. Install it: pip install "kvae-zoo[explore]".')


def test_explore_of_an_unknown_model_is_refused(kvae, tmp_path):
    result = kvae("explore", "digits/ave", "--static", "page")
    assert result.code == 1
    assert "digits/vae" in result.err


def test_explore_on_a_port_in_use_is_refused(kvae):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        result = kvae("explore", "digits/vae", "--port", port)
    assert result.code == 1
    assert result.err == f"Error: Expected a free port. Received: port={port}, which cannot be used. Choose another.\n"
