"""Models from files that may come from anyone: everything is checked before it is built."""

from kvae.loading.config import check_config
from kvae.loading.model import assign, build, load, load_archive, without_training
from kvae.loading.size import check_size

__all__ = ["assign", "build", "check_config", "check_size", "load", "load_archive", "without_training"]
