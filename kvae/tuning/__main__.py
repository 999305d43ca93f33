"""One process of a search on this machine: `python -m kvae.tuning FOLDER RECIPE`. `kvae.tuning.workers` starts it."""

import importlib
import sys

from kvae.one_backend import import_keras, others_hidden

import_keras()
with others_hidden():
    importlib.import_module("keras_tuner")

from kvae.tuning.process import run  # noqa: E402  imports Keras

if __name__ == "__main__":
    run(*sys.argv[1:])
