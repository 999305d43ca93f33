"""A backend of Keras that cannot train."""


def test_import_of_kvae_and_keras_on_a_backend_for_inference_succeeds(run_python):
    code = """
import kvae, keras
import kvae.data, kvae.images, kvae.evaluation
print(keras.backend.backend(), len(kvae.data.load("digits").train.x) > 0)
"""
    assert run_python(code, KERAS_BACKEND="numpy") == "numpy True\n"


def test_models_on_a_backend_for_inference_are_refused_in_one_sentence(run_python):
    code = """
import kvae
from kvae.errors import UserError
for _ in range(2):
    for part in ("models", "networks", "distributions", "training"):
        try:
            getattr(kvae, part)
        except UserError as error:
            assert "a backend that can train, tensorflow, jax, torch. Received: KERAS_BACKEND=numpy" in str(error)
        else:
            raise AssertionError(part)
"""
    assert run_python(code, KERAS_BACKEND="numpy") == ""
