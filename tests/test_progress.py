"""Progress on a terminal, and where there is none."""

import io
import logging
import re
from contextlib import redirect_stderr

import pytest

from kvae import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True

    @property
    def text(self):
        """What was written, without the sequences that move the cursor and choose colours."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.getvalue())


@pytest.fixture(autouse=True)
def no_command_line(monkeypatch):
    """The command line, if it ran in this process, has given kvae's log a place on stderr."""
    monkeypatch.setattr(logging.getLogger("kvae"), "handlers", [])


@pytest.fixture
def terminal(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    return Terminal()


# ------------------------------------------------------------------ on a terminal


def test_a_bar_says_what_is_done_and_how_much_of_it(terminal, capsys, caplog):
    with caplog.at_level(logging.INFO), redirect_stderr(terminal), progress.bar(2000, "Weighing") as advance:
        advance(500)
        advance(1000)
    assert "Weighing" in terminal.text
    assert "1500/2000" in terminal.text
    assert capsys.readouterr().out == ""  # stdout belongs to figures
    assert not caplog.messages


def test_a_finished_bar_leaves_nothing_behind(terminal):
    """Its line is erased behind its last figure."""
    with redirect_stderr(terminal), progress.bar(3, "Weighing") as advance:
        advance(3)
    *_, end = terminal.getvalue().split("3/3")
    assert "\x1b[2K" in end


def test_a_bar_that_fails_shows_the_cursor_again(terminal):
    with pytest.raises(RuntimeError, match="no weights"), redirect_stderr(terminal), progress.bar(3, "Weighing"):
        raise RuntimeError("no weights")
    assert -1 < terminal.getvalue().rfind("\x1b[?25l") < terminal.getvalue().rfind("\x1b[?25h")


def test_items_pass_through_a_bar(terminal):
    with redirect_stderr(terminal):
        assert list(progress.track(iter("abc"), 3, "letters")) == ["a", "b", "c"]
    assert "letters" in terminal.text
    assert "3/3" in terminal.text


def test_a_bar_counts_an_item_when_its_user_is_done_with_it(terminal):
    with redirect_stderr(terminal):
        items = progress.track("abc", 3, "letters")
        next(items)
        next(items)
        items.close()
    assert "1/3" in terminal.text
    assert "2/3" not in terminal.text


# ------------------------------------------------------------------ elsewhere


def test_log_lines_say_how_far_it_is_and_how_long_it_takes(caplog, capsys, monkeypatch):
    clock = iter([0.0, 10.0, 70.0, 80.0, 140.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with caplog.at_level(logging.INFO), progress.bar(2000, "Weighing") as advance:
        for _ in range(4):
            advance(500)
    assert caplog.messages == ["Weighing: 2,000.", "Weighing: 1,000 of 2,000, 0:01:10 left."]
    assert capsys.readouterr() == ("", "")


def test_short_work_takes_one_line(caplog, capsys):
    with caplog.at_level(logging.INFO):
        assert list(progress.track(iter("abc"), 3, "letters")) == ["a", "b", "c"]
    assert caplog.messages == ["letters: 3."]
    assert capsys.readouterr() == ("", "")


def test_items_are_drawn_one_by_one():
    """So that a stream which is larger than the memory passes."""
    drawn = []
    items = progress.track((drawn.append(i) or i for i in range(3)), 3, "numbers")
    assert next(items) == 0
    assert drawn == [0]


def test_an_error_inside_passes_through():
    with pytest.raises(RuntimeError, match="no weights"), progress.bar(3, "Weighing"):
        raise RuntimeError("no weights")
