"""What is made once for an object and kept with it."""


def cached(owner, key, make):
    """What `make()` returned when `owner` was first asked for `key`: compiling takes longer than many a call."""
    values = owner.__dict__.setdefault("_kept", {})  # past Keras, which would track it
    if key not in values:
        values[key] = make()
    return values[key]
