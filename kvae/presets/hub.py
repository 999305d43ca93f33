"""The Hugging Face Hub, where presets come from and go to: a repository each, called hf://user/repo.

`huggingface_hub` is an extra, imported with the first use.
"""

import importlib
import os
import re
from collections.abc import Sequence
from pathlib import Path

from kvae.errors import UserError, first_line

HUB = "hf://"

_NAME = re.compile(r"(?!.*(?:--|\.\.))(?=.{1,96}$)\w[\w.-]*/\w[\w.-]*(?<![.-])", re.ASCII)
"""What the Hub allows: user/repo, without -- and .., and neither . nor - at an end."""

_LIBRARIES = ("httpcore", "httpx", "requests", "urllib3")
"""Those that huggingface_hub has reached the Hub through, and whose errors are those of the network."""


def is_hub(source) -> bool:
    return isinstance(source, str | os.PathLike) and os.fspath(source).startswith(HUB)


def repository(text: str) -> str:
    """user/repo of hf://user/repo. Raises `UserError` for anything else."""
    name = text.removeprefix(HUB)
    if not (text.startswith(HUB) and _NAME.fullmatch(name)):
        raise UserError(
            f"Expected hf://user/repo, each of letters, digits, -, _ and a dot within. Received: {text}. "
            "The user may be an organisation."
        )
    return name


def download(repo: str, files: Sequence[str]) -> Path:
    """A folder with these files of the repository, in the Hub's cache."""
    hub = _package(repo)
    try:
        return Path(hub.snapshot_download(repo, allow_patterns=list(files)))
    except Exception as error:  # its own errors, and those of the network
        raise UserError(f"Expected a repository on the Hub. Received: hf://{repo} ({first_line(error)}).") from error


def check_login(repo: str) -> None:
    """Raises `UserError` unless `huggingface_hub` is installed and has a token: what can be known before any work."""
    if not _package(repo).get_token():
        raise UserError(
            f"Expected a login to the Hub. Received: none, for hf://{repo}. Log in by `hf auth login` "
            "(`huggingface-cli login` of older versions), or set HF_TOKEN."
        )


def upload(folder: Path, repo: str, private: bool = False) -> str:
    """Puts the files of `folder` into the repository, a new one if there is none, in one commit; returns its address."""
    hub, options = _package(repo), {"private": True} if private else {}
    try:
        address = hub.create_repo(repo, exist_ok=True, **options)
        hub.upload_folder(repo_id=repo, folder_path=str(folder), commit_message="Preset of kvae")
    except Exception as error:  # its own errors, and those of the network
        raise _refusal(error, repo) from error
    return str(address)


def _package(repo: str):
    try:
        return importlib.import_module("huggingface_hub")
    except ImportError as error:
        raise UserError(
            f'Expected huggingface_hub for hf://{repo}. Received: none. pip install "kvae-zoo[hub]"'
        ) from error


def _refusal(error: Exception, repo: str) -> UserError:
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status == 401:
        return UserError(
            f"Expected a login that the Hub knows. Received: one that it refuses, for hf://{repo}. "
            "Log in anew by `hf auth login`."
        )
    if status == 403:
        return UserError(
            f"Expected the right to write to hf://{repo}. Received: a login without it. Take a token that may write, "
            "or a repository of your own."
        )
    if status is None and (isinstance(error, OSError) or type(error).__module__.startswith(_LIBRARIES)):
        return UserError(
            f"Expected a connection to the Hub. Received: none, for hf://{repo} ({first_line(error)}). "
            "Try again when there is one: nothing is lost."
        )
    reason = " ".join(str(error).split())[:300]  # its first line alone may say no more than "Invalid metadata"
    return UserError(f"Expected the Hub to take the preset. Received: its refusal of hf://{repo} ({reason}).")
