"""Serving the page needs gradio and a free port."""

import socket
import sys

import pytest

from kvae.errors import UserError
from kvae.explorer.serving import HOST, check_port, serve


def test_port_in_use_is_refused_and_a_free_one_is_not():
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(UserError, match=f"Received: port={port}, which cannot be used"):
            check_port(port)
    check_port(port)
    check_port(None)


def test_page_without_gradio_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "gradio", None)
    with pytest.raises(UserError, match=r'needs gradio. Install it: pip install "kvae-zoo\[explore\]"'):
        serve(trained=None)
