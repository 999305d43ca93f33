"""Progress on a terminal and without one."""

import io
import logging
import re
import sys
from contextlib import redirect_stderr

import pytest

from kvae import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True

    @property
    def text(self):
        """The text without escape sequences for cursor and colours."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.getvalue())


@pytest.fixture(autouse=True)
def no_command_line(monkeypatch):
    """Remove the log handlers that the command line adds if it ran in this process."""
    monkeypatch.setattr(logging.getLogger("kvae"), "handlers", [])


@pytest.fixture
def terminal(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    return Terminal()


# ------------------------------------------------------------------ on a terminal


def test_bar_on_a_terminal_shows_task_and_count(terminal, capsys, caplog):
    with caplog.at_level(logging.INFO), redirect_stderr(terminal), progress.bar(2000, "Weighing") as advance:
        advance(500)
        advance(1000)
    assert "Weighing" in terminal.text
    assert "1500/2000" in terminal.text
    assert capsys.readouterr().out == ""  # reserved for results
    assert not caplog.messages


def test_bar_on_a_terminal_erases_its_line_when_finished(terminal):
    with redirect_stderr(terminal), progress.bar(3, "Weighing") as advance:
        advance(3)
    *_, end = terminal.getvalue().split("3/3")
    assert "\x1b[2K" in end


def test_bar_on_a_terminal_shows_the_cursor_again_after_an_error(terminal):
    with pytest.raises(RuntimeError, match="no weights"), redirect_stderr(terminal), progress.bar(3, "Weighing"):
        raise RuntimeError("no weights")
    assert -1 < terminal.getvalue().rfind("\x1b[?25l") < terminal.getvalue().rfind("\x1b[?25h")


def test_track_on_a_terminal_yields_all_items(terminal):
    with redirect_stderr(terminal):
        assert list(progress.track(iter("abc"), 3, "letters")) == ["a", "b", "c"]
    assert "letters" in terminal.text
    assert "3/3" in terminal.text


def test_track_counts_an_item_after_its_use(terminal):
    with redirect_stderr(terminal):
        items = progress.track("abc", 3, "letters")
        next(items)
        next(items)
        items.close()
    assert "1/3" in terminal.text
    assert "2/3" not in terminal.text


# ------------------------------------------------------------------ without a terminal


def test_bar_without_a_terminal_logs_count_and_time_left(caplog, capsys, monkeypatch):
    clock = iter([0.0, 10.0, 70.0, 80.0, 140.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with caplog.at_level(logging.INFO), progress.bar(2000, "Weighing") as advance:
        for _ in range(4):
            advance(500)
    assert caplog.messages == ["Weighing: 2,000.", "Weighing: 1,000 of 2,000, 0:01:10 left."]
    assert capsys.readouterr() == ("", "")


def test_track_of_short_work_logs_one_line(caplog, capsys):
    with caplog.at_level(logging.INFO):
        assert list(progress.track(iter("abc"), 3, "letters")) == ["a", "b", "c"]
    assert caplog.messages == ["letters: 3."]
    assert capsys.readouterr() == ("", "")


def test_track_draws_items_one_by_one():
    """A stream may be larger than the memory."""
    drawn = []
    items = progress.track((drawn.append(i) or i for i in range(3)), 3, "numbers")
    assert next(items) == 0
    assert drawn == [0]


def test_bar_without_a_terminal_raises_the_error_of_its_block():
    with pytest.raises(RuntimeError, match="no weights"), progress.bar(3, "Weighing"):
        raise RuntimeError("no weights")


# ------------------------------------------------------------------ announced


@pytest.mark.parametrize(("calls", "expected"), [(30, ["Weighing takes about 0:01:00."]), (4, [])])
def test_announced_states_the_time_of_all_calls_after_the_second(calls, expected, monkeypatch, caplog):
    clock = iter([0, 100, 200, 202, 300, 301])  # the first call takes 100 s, the second one 2 s
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with caplog.at_level(logging.INFO):
        run = progress.announced(lambda x: x + 1, calls, "Weighing")
        assert [run(1), run(2)] == [2, 3]
        assert caplog.messages == expected
        run(3)
    assert caplog.messages == expected


# ------------------------------------------------------------------ in a notebook


def test_bar_in_a_notebook_replaces_one_line_and_removes_it(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipykernel", None)
    clock = iter([0.0, 0.1, 1.0, 1.0, 1.5, 1.5, 1.6, 1.6])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with progress.bar(2000, "Weighing") as advance:
        for _ in range(3):
            advance(500)
    first, second, end = "Weighing: 1,000 of 2,000, 0:00:01 left.", "Weighing: 1,500 of 2,000, 0:00:00 left.", " " * 39
    assert capsys.readouterr() == ("", f"\r{first}\r{second}\r{end}\r")
