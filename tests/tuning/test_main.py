"""The processes of a search."""

import keras


def test_process_of_a_search_imports_one_backend(run_python):
    code = """
import sys
import kvae.tuning.__main__
print(*sorted({"jax", "tensorflow", "torch"} & set(sys.modules)))
"""
    backend = keras.backend.backend()
    assert run_python(code, KERAS_BACKEND=backend) == f"{backend}\n"
