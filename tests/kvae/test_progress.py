"""Progress where there is no terminal."""

import logging

from kvae import progress


def test_log_lines_say_how_far_it_is_and_how_long_it_takes(caplog, monkeypatch):
    clock = iter([0.0, 10.0, 70.0, 80.0, 140.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with caplog.at_level(logging.INFO), progress.bar(2000, "Weighing") as advance:
        for _ in range(4):
            advance(500)
    assert caplog.messages == ["Weighing: 2,000.", "Weighing: 1,000 of 2,000, 0:01:10 left."]


def test_items_pass_through():
    assert list(progress.track(iter("abc"), 3, "letters")) == ["a", "b", "c"]
