"""The port of the page."""

import socket

from kvae.errors import UserError

HOST = "127.0.0.1"
"""The address to which the page is served: this machine only."""


def check_port(port: int | None) -> None:
    """Raise `UserError` if a port cannot be used. None stands for the first free one."""
    try:
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            trial.bind((HOST, port or 0))
    except OSError as error:
        raise UserError(f"Expected a free port. Received: port={port}, which cannot be used. Choose another.") from error
