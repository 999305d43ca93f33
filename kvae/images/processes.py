"""Decoding of the images of an archive by several processes.

Pillow holds the lock of Python's interpreter while it decodes a small image, so that threads would gain nothing. The
processes run this module. They do not import the user's script, which needs no `if __name__ == "__main__"`.
"""

import collections
import contextlib
import hashlib
import os
import pickle
import queue
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from kvae.cores import core_count
from kvae.errors import UserError
from kvae.images import decoding
from kvae.images.archives import Archive, ImageFile

ALONE = 1.0
"""Seconds for which this process decodes alone. The other processes take a third of a second to start."""

_MOST = 16
"""Maximum number of processes. This process reads the files for all of them."""

_IMAGES, _BYTES = 32, 1 << 21
"""Numbers of images and of bytes of which each ends a chunk. A process decodes one chunk at a time."""

_Decoded = tuple[str, np.ndarray | None, str]


class ImageDecoder:
    """A decoder of the images of an archive. Once it has worked for `ALONE` seconds, several processes decode for it.

    It is a context manager, which ends these processes.

    Args:
        archive: the folder or zip file.
        settings: arguments of `decoding.decode`.
    """

    def __init__(self, archive: Archive, settings: Mapping[str, Any]):
        self.archive = archive
        self.settings = settings
        self._began: float | None = None
        self._most = min(core_count(), _MOST)
        self._started = 0  # processes
        self._idle = queue.SimpleQueue()  # functions that decode in a process
        self._threads = ThreadPoolExecutor(self._most)
        self._stack = contextlib.ExitStack()
        self._stack.callback(self._threads.shutdown, cancel_futures=True)  # after the processes have ended

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._stack.close()

    def decode(self, images: Sequence[ImageFile]) -> Iterator[_Decoded]:
        """Yield (SHA-256 of the file, decoded image, "") for each image, or (SHA-256, None, reason) for a damaged one.

        Raises:
            UserError: Permission to read a file is missing.
        """
        self._began, done = self._began or time.monotonic(), 0
        while done < len(images) and (self._most == 1 or time.monotonic() - self._began < ALONE):
            yield _decoded(self.archive, images[done], self.settings)
            done += 1
        chunks = list(_chunks(images[done:]))
        for chunk, answers in zip(chunks, self._answers(chunks), strict=True):
            for image, answer in zip(chunk, answers, strict=True):
                yield answer or _decoded(self.archive, image, self.settings)

    def _answers(self, chunks: Sequence[list[ImageFile]]) -> Iterator[list[_Decoded | None]]:
        """Yield the images of each chunk, decoded by the processes, or None for an image that no process returned.

        None means that the image could not be read or decoded, or that its process has died. This process then decodes the
        image and raises the error, if there is one.
        """
        while self._started < min(self._most, len(chunks)):
            self._idle.put(self._stack.enter_context(_process(self.settings)))
            self._started += 1
        pending = collections.deque()
        for chunk in chunks:
            pending.append(self._threads.submit(self._ask, chunk))
            if len(pending) > 2 * self._most:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()

    def _ask(self, chunk: list[ImageFile]) -> list[_Decoded | None]:
        """Read the files of a chunk, and return its images, decoded by an idle process."""
        files = [(image.name, _contents(self.archive, image)) for image in chunk]
        decode = self._idle.get()
        arrays = decode(files)
        self._idle.put(decode)
        return [None if x is None else (_sha256(data), x, "") for (_, data), x in zip(files, arrays, strict=True)]


def _decoded(archive: Archive, image: ImageFile, settings: Mapping[str, Any]) -> _Decoded:
    """Return what `ImageDecoder.decode` yields for an image, decoded by this process."""
    data = b""
    try:
        data = archive.read(image)
        return _sha256(data), decoding.decode(image.name, data, **settings), ""
    except (UserError, MemoryError):
        raise
    except Exception as error:  # Pillow and zipfile raise exceptions of many types for damaged bytes
        return _sha256(data), None, str(error) or type(error).__name__


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _chunks(images: Sequence[ImageFile]) -> Iterator[list[ImageFile]]:
    """Yield the images in lists of up to `_IMAGES` images. A list ends with the image that exceeds `_BYTES` bytes."""
    chunk, size = [], 0
    for image in images:
        chunk.append(image)
        size += image.size
        if len(chunk) == _IMAGES or size > _BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _contents(archive: Archive, image: ImageFile) -> bytes:
    """Return the bytes of an image file, or none if it cannot be read."""
    try:
        return archive.read(image)
    except Exception:  # `_decoded` reads the file again and reports the reason
        return b""


@contextlib.contextmanager
def _process(settings: Mapping[str, Any]) -> Iterator[Callable[[list[tuple[str, bytes]]], list[np.ndarray | None]]]:
    """Start a process, and yield a function that decodes files, (name, contents) each, in it.

    The function returns None for an image that the process cannot decode, and for all images if it does not run.
    """
    # The process imports kvae from where this process did. As a session of its own it receives no Ctrl-C.
    command = [sys.executable or "", "-P", "-m", "kvae.images.processes"]
    options: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    options |= {"env": {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, "start_new_session": True}
    try:
        process: Any = subprocess.Popen(command, **options)
    except OSError:  # the system allows no further process
        yield lambda files: [None] * len(files)
        return

    def decode(files):
        try:
            process.stdin.write(pickle.dumps((files, settings)))
            process.stdin.flush()
            return pickle.load(process.stdout)
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):  # the process has died
            return [None] * len(files)

    try:
        yield decode
    finally:
        process.kill()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()
        process.wait()


def _main() -> None:
    """Decode the files on standard input, and write the images to standard output, until the input ends."""

    def attempt(name, data):
        try:
            return decoding.decode(name, data, large=False, **settings)
        except Exception:  # the process that asked decodes the image again and reports the reason
            return None

    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            files, settings = pickle.load(sys.stdin.buffer)
            pickle.dump([attempt(*file) for file in files], sys.stdout.buffer)
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    _main()
