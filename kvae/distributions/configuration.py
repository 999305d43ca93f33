"""Frozen dataclasses that Keras writes into a model's file."""

import dataclasses


class Configuration:
    """A frozen dataclass whose fields are its configuration; two with equal fields are equal."""

    def get_config(self):
        return dataclasses.asdict(self)

    @classmethod
    def from_config(cls, config):
        return cls(**config)
