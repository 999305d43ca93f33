"""The devices of this machine."""

from kvae import backends


def test_device_names_list_at_least_one_device():
    names = backends.device_names()
    assert names
    assert all(name.startswith(("cpu", "gpu", "cuda", "mps", "tpu")) for name in names)
