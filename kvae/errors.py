"""What a user did wrong, said in one sentence."""


class UserError(ValueError):
    """A mistake at the door: bad data, a bad setting, a missing file.

    The message reads `Expected X. Received: name=value.` and names the repair. The command line prints it without a
    traceback; in Python it is an ordinary `ValueError`.
    """


def first_line(error: Exception) -> str:
    """What went wrong, without the pages that some libraries add."""
    return (str(error).split("\n", 1)[0] or type(error).__name__)[:200]
