"""The file of a sampler, which may come from anyone."""

import numpy as np
import pytest

from kvae.errors import UserError
from kvae.latent.samplers import fit, read_sampler, write_sampler


@pytest.fixture(scope="module")
def sampler():
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=400)
    return fit(
        "mixture", rng.standard_normal((400, 2, 2, 1)) * (1 + 3 * y[:, None, None, None]), np.eye(2)[y], exclusive=True
    )


def test_read_sampler_draws_the_same_codes(sampler, tmp_path):
    write_sampler(tmp_path / "sampler.npz", sampler)
    loaded = read_sampler(tmp_path / "sampler.npz")
    features = np.eye(2)[[0, 1, 1, 0, 1]]
    codes = sampler.sample(5, features, seed=3)
    np.testing.assert_array_equal(loaded.sample(5, features, seed=3), codes)
    np.testing.assert_array_equal(loaded.log_prob(codes, features), sampler.log_prob(codes, features))
    assert loaded.facts == sampler.facts


CHANGES = {
    "an unknown kind": {"kind": np.array("evil")},
    "a kind in bytes": {"kind": np.array(b"mixture")},
    "objects": {"kind": np.array([{}], dtype=object)},
    "another shape of codes": {"latent_shape": np.array([3])},
    "a vast shape of codes": {"latent_shape": np.array([2**62, 2**62])},
    "a negative shape of codes": {"latent_shape": np.array([-2, -2])},
    "means of another number": {"means": np.zeros((1, 4), "float32")},
    "NaN": {"center": np.full(4, np.nan, "float32")},
    "infinity": {"noise": np.array([np.inf], "float32")},
    "zero scales": {"scale": np.zeros(4, "float32")},
    "negative weights": {"weights": -np.ones((2, 2), "float32")},
    "doubles": {"basis": np.eye(4)},
    "a number instead of an array": {"spread": np.float32(1)},
    "no codes": {"fit": np.array([], "float64")},
}


@pytest.mark.parametrize("name", CHANGES)
def test_read_sampler_of_arrays_that_are_no_sampler_is_refused(sampler, tmp_path, name):
    np.savez(tmp_path / "sampler.npz", **sampler.arrays() | CHANGES[name])
    with pytest.raises(UserError) as refused:
        read_sampler(tmp_path / "sampler.npz")
    assert "\n" not in str(refused.value)


def test_read_sampler_that_is_damaged_or_large_is_refused(sampler, tmp_path):
    path = tmp_path / "sampler.npz"
    write_sampler(path, sampler)
    whole = path.read_bytes()
    path.write_bytes(whole[:-200])
    with pytest.raises(UserError, match="undamaged"):
        read_sampler(path)
    path.write_bytes(whole + bytes(10**6))
    with pytest.raises(UserError, match="at most 1,000,000 bytes"):
        read_sampler(path)
    vast = {"latent_shape": np.array([300_000]), "center": np.zeros(300_000, "float32")}
    np.savez_compressed(path, **sampler.arrays() | vast)
    with pytest.raises(UserError, match="larger arrays"):
        read_sampler(path)
    np.savez(path, kind=np.array("mixture"))
    with pytest.raises(UserError, match="Expected the arrays"):
        read_sampler(path)


def test_mixture_without_a_group_is_refused(tmp_path):
    sampler = fit("mixture", np.random.default_rng(0).standard_normal((40, 3)))
    np.savez(tmp_path / "sampler.npz", **sampler.arrays() | {"weights": np.zeros((0, 2), "float32")})
    with pytest.raises(UserError, match="Expected a sampler, as kvae wrote it"):
        read_sampler(tmp_path / "sampler.npz")


def test_arrays_that_are_compressed_are_refused_before_they_are_read(tmp_path, monkeypatch):
    np.savez_compressed(tmp_path / "sampler.npz", kind=np.zeros(10**7, "U1"))
    monkeypatch.setattr("kvae.data.npz.read_member", pytest.fail)
    with pytest.raises(UserError, match=r"arrays of 40,000,128 bytes instead of at most 2,000,000"):
        read_sampler(tmp_path / "sampler.npz")
