"""These tests need PyTorch."""

import keras

if keras.backend.backend() != "torch":
    collect_ignore_glob = ["test_*.py"]
