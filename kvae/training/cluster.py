"""Several processes that train one model together."""

import dataclasses

from kvae.errors import UserError


@dataclasses.dataclass(frozen=True)
class Cluster:
    """The number of this process among several that train one model, on one or several machines.

    Args:
        address: address HOST:PORT of the first process, which all processes can reach.
        processes: number of processes.
        process: number of this process, from 0.
    """

    address: str
    processes: int
    process: int

    def __post_init__(self):
        if not 0 <= self.process < self.processes:
            raise UserError(
                f"Expected a process from 0 to {self.processes - 1}. Received: process={self.process} of {self.processes}."
            )
        host, _, port = self.address.rpartition(":")
        if not (host and port.isdigit()):
            raise UserError(f"Expected an address HOST:PORT. Received: {self.address}.")
