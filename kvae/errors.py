"""Errors that report a user's mistakes."""

import unicodedata

_CONTROLS = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode categories of characters that move the cursor, change the terminal, reverse the text or break the line."""

_LONGEST = 1900
"""Longest message of an error, in characters. A name from a file may be longer."""


def printable(text: str) -> str:
    """Return `text` on one line, with "?" in place of each control character.

    Text from a file may come from anyone. Everything that kvae prints passes through this function, line by line.
    """
    text = text.translate({ord(space): " " for space in "\t\n\r"})
    return "".join("?" if unicodedata.category(character) in _CONTROLS else character for character in text)


class UserError(ValueError):
    """A user's mistake: bad data, a bad setting or a missing file.

    About an argument, the message reads `Expected X. Received: name=value.` and says how to repair it. The command line
    prints it without a traceback. In Python it is an ordinary `ValueError`. Control characters are removed.
    """

    def __init__(self, message: str = ""):
        text = printable(str(message))
        super().__init__(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


class MissingData(UserError):
    """The files of a data set are not found."""


class ChoiceError(UserError):
    """A name or a number that is not among the choices: a label, a latent unit, a metric or a split.

    The command line reports it as a mistake in the command (exit code 2).
    """


def first_line(error: Exception) -> str:
    """Return the first line of the message of `error`, at most 200 characters, or its type if the message is empty.

    Some libraries raise errors with messages of several pages.
    """
    return (str(error).split("\n", 1)[0] or type(error).__name__)[:200]
