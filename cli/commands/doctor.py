"""`kvae doctor`"""

from typing import Annotated

import typer

from kvae.cli.diagnosis import PROBLEM, diagnose
from kvae.cli.errors import FAILED
from kvae.cli.options import BackendName, DataDir, Json, examples
from kvae.cli.output import print_json, print_table

EXAMPLES = examples("kvae doctor", "kvae doctor --backend torch --data-dir ~/data")

Backend = Annotated[
    BackendName | None,
    typer.Option(
        help="Backend whose devices are listed; by default the one that other commands choose.", show_default=False
    ),
]


def doctor(data_dir: DataDir = None, backend: Backend = None, json: Json = False):
    """Show versions, backends, devices and data sets.

    Each line about something that is missing names the command that adds it. Only the chosen backend is imported. The exit
    code is 1 if no backend works.
    """
    findings = diagnose(backend)
    if json:
        print_json([finding._asdict() for finding in findings])
    else:
        print_table([("kind", "name", "state", "note"), *findings])
    if any(finding.state == PROBLEM for finding in findings):
        raise typer.Exit(FAILED)
