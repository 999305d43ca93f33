"""The error that reports a user's mistake."""


class UserError(ValueError):
    """A user's mistake: bad data, a bad setting or a missing file.

    About an argument, the message reads `Expected X. Received: name=value.` and says how to repair it. The command line
    prints it without a traceback. In Python it is an ordinary `ValueError`.
    """


class ChoiceError(UserError):
    """A name or a number that is not among the choices: a label, a latent unit, a metric or a split.

    The command line reports it as a mistake in the command (exit code 2).
    """


def first_line(error: Exception) -> str:
    """Return the first line of the message of `error`, or its type. Some libraries add pages to it."""
    return (str(error).split("\n", 1)[0] or type(error).__name__)[:200]
