"""What a user did wrong, said in one sentence."""


class UserError(ValueError):
    """A mistake at the door: bad data, a bad setting, a missing file.

    The message reads `Expected X. Received: name=value.` and names the repair. The command line prints it without a
    traceback; in Python it is an ordinary `ValueError`.
    """
