"""One process of a search on this machine: KerasTuner's chief or a worker."""

import os
import sys
import threading
from pathlib import Path

from kvae.errors import UserError
from kvae.tuning import trials
from kvae.tuning.hypermodel import RecipeHyperModel
from kvae.tuning.search import Search
from kvae.tuning.tune import join
from kvae.tuning.workers import REFUSED


def run(folder: str, recipe: str) -> None:
    """Run one process of a search of `recipe` on this machine."""

    def leave_with_parent():
        os.read(0, 1)  # returns when the parent dies; sys.stdin has a lock that would delay the exit
        os._exit(1)

    threading.Thread(target=leave_with_parent, daemon=True).start()
    try:
        described = trials.read_search(folder)
        search = Search.from_description(described["search"])
        options = described["seed"], described.get("precision", "float32")
        join(Path(folder), RecipeHyperModel(recipe, described["settings"], search, *options))
    except (UserError, OSError) as error:
        print(error, file=sys.stderr)
        sys.exit(REFUSED)
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "grpc":
            raise
        print("The chief ended.", file=sys.stderr)
        sys.exit(1)
