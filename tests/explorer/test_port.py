"""The port of the page."""

import socket

import pytest

from kvae.errors import UserError
from kvae.explorer.port import HOST, check_port


def test_port_in_use_is_refused_and_a_free_one_is_not():
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(UserError, match=f"Received: port={port}, which cannot be used"):
            check_port(port)
    check_port(port)
    check_port(None)
