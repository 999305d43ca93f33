"""The versions of packages."""

from kvae.version import __version__, installed_versions, version_of


def test_installed_versions_name_a_backend_of_another_package_unknown():
    versions = installed_versions("no-such-backend")
    assert versions["kvae"] == __version__
    assert versions["no-such-backend"] == "unknown"
    assert versions["numpy"] == version_of("numpy") != "unknown"


def test_version_of_a_package_that_is_not_installed_is_none():
    assert version_of("no-such-package") is None
