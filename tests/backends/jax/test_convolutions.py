"""Derivatives of convolutions on JAX, where a convolution and a transposed convolution are each other's gradients."""

import keras
import numpy as np
import pytest

from kvae.backends import conv, conv_transpose
from tests.distributions.conftest import jax_setting

if keras.backend.backend() != "jax":
    pytest.skip("only on JAX convolutions have gradients of their own", allow_module_level=True)

jax = pytest.importorskip("jax")
FORMS = {
    "conv": (conv, keras.ops.conv, (2, 33, 35, 3)),
    "transposed": (conv_transpose, keras.ops.conv_transpose, (2, 17, 18, 3)),
}


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("name", FORMS)
def test_second_derivatives_of_a_convolution_equal_those_of_keras(name, stride, rng):
    """The gradients of the squared norm of the gradient by x are compared, as in a gradient penalty."""
    ours, theirs, shape = FORMS[name]
    x, kernel = (rng.standard_normal(s).astype("float32") for s in (shape, (4, 4, 3, 3)))

    def slopes(form):
        def norm(x, kernel):
            slope = jax.grad(lambda x: (form(x, kernel) ** 3).mean())(x)
            return (slope**2).sum()

        return jax.jit(jax.grad(norm, (0, 1)))(x, kernel)

    found = slopes(lambda x, kernel: ours(x, kernel, (stride, stride), "same"))
    expected = slopes(lambda x, kernel: theirs(x, kernel, stride, "same", data_format="channels_last"))
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5 * float(abs(b).max()))


@pytest.mark.parametrize("name", FORMS)
def test_gradients_of_a_convolution_in_double_precision_equal_those_of_keras(name, rng):
    ours, theirs, shape = FORMS[name]
    with jax_setting("jax_enable_x64"):
        x, kernel = (jax.numpy.array(rng.standard_normal(s)) for s in (shape, (5, 5, 3, 3)))
        found = jax.grad(lambda *given: (ours(*given, (2, 2), "same") ** 2).sum(), (0, 1))(x, kernel)
        options = {"strides": 2, "padding": "same", "data_format": "channels_last"}
        expected = jax.grad(lambda *given: (theirs(*given, **options) ** 2).sum(), (0, 1))(x, kernel)
        for a, b in zip(found, expected, strict=True):
            assert a.dtype == "float64"
            np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10 * float(abs(b).max()))


def test_forward_mode_of_a_convolution_fails_clearly():
    x, kernel = np.ones((1, 4, 4, 1), "float32"), np.ones((3, 3, 1, 1), "float32")
    with pytest.raises(TypeError, match="forward-mode"):
        jax.jvp(lambda x: conv(x, kernel, (1, 1), "same"), (x,), (x,))


@pytest.mark.parametrize("name", FORMS)
def test_convolution_over_a_mapped_axis_equals_one_of_each_part(name, rng):
    form, _, (_, *sides, channels) = FORMS[name]
    x, kernel = rng.standard_normal((3, 2, *sides, channels)).astype("float32"), np.ones((4, 4, 3, 3), "float32")
    together = jax.vmap(lambda x: form(x, kernel, (2, 2), "same"))(x)
    np.testing.assert_allclose(together[1], form(x[1], kernel, (2, 2), "same"), rtol=1e-4, atol=1e-4)
