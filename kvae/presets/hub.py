"""Downloads from and uploads to the Hugging Face Hub. Each preset is a repository, called hf://user/repo.

`huggingface_hub` is an optional dependency and is imported when it is first used.
"""

import importlib
import os
import re
from collections.abc import Sequence
from pathlib import Path

from kvae.errors import UserError, first_line

HUB = "hf://"

_NAME = re.compile(r"(?!.*(?:--|\.\.))(?=.{1,96}$)\w[\w.-]*/\w[\w.-]*(?<![.-])", re.ASCII)
"""Names of repositories that the Hub allows: user/repo, without -- and .., where neither . nor - is first or last."""

_LIBRARIES = ("httpcore", "httpx", "requests", "urllib3")
"""Packages through which versions of huggingface_hub reach the Hub. Their errors are errors of the network."""


def is_hub(source) -> bool:
    """Return True if `source` begins with hf://."""
    return isinstance(source, str | os.PathLike) and os.fspath(source).startswith(HUB)


def repository(text: str) -> str:
    """Return user/repo, given hf://user/repo. Raise `UserError` for anything else."""
    name = text.removeprefix(HUB)
    if not (text.startswith(HUB) and _NAME.fullmatch(name)):
        raise UserError(
            f"Expected hf://user/repo, where both names consist of letters, digits, -, _ and dots. Received: {text}. "
            "The user may be an organisation."
        )
    return name


def download(repo: str, files: Sequence[str]) -> Path:
    """Download these files of a repository and return their folder in the Hub's cache."""
    hub = _package(repo)
    try:
        return Path(hub.snapshot_download(repo, allow_patterns=list(files)))
    except Exception as error:  # of huggingface_hub or of the network
        raise UserError(f"hf://{repo} could not be downloaded from the Hub ({first_line(error)}).") from error


def check_login(repo: str) -> None:
    """Raise `UserError` unless `huggingface_hub` is installed and has a token. Call this before any slow work."""
    if not _package(repo).get_token():
        raise UserError(
            f"Uploading to hf://{repo} needs a login to the Hub. Run `hf auth login` "
            "(`huggingface-cli login` in older versions), or set HF_TOKEN."
        )


def upload(folder: Path, repo: str, private: bool = False) -> str:
    """Upload the files of `folder` to a repository in one commit and return its address. Create the repository if needed."""
    hub, options = _package(repo), {"private": True} if private else {}
    try:
        address = hub.create_repo(repo, exist_ok=True, **options)
        hub.upload_folder(repo_id=repo, folder_path=str(folder), commit_message="Preset of kvae")
    except Exception as error:  # of huggingface_hub or of the network
        raise _refusal(error, repo) from error
    return str(address)


def _package(repo: str):
    try:
        return importlib.import_module("huggingface_hub")
    except ImportError as error:
        raise UserError(
            f'hf://{repo} needs huggingface_hub, which is not installed. Install it: pip install "kvae-zoo[hub]"'
        ) from error


def _refusal(error: Exception, repo: str) -> UserError:
    """Return a `UserError` that says why an upload failed and what to do."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status == 401:
        return UserError(
            f"The Hub refused hf://{repo}: it does not accept your login. Log in again with `hf auth login`."
        )
    if status == 403:
        return UserError(
            f"The Hub refused hf://{repo}: your login may not write to it. Use a token with write access, "
            "or a repository of your own."
        )
    if status is None and (isinstance(error, OSError) or type(error).__module__.startswith(_LIBRARIES)):
        return UserError(
            f"The Hub could not be reached for hf://{repo} ({first_line(error)}). Try again later: nothing is lost."
        )
    reason = " ".join(str(error).split())[:300]  # the first line may only say "Invalid metadata"
    return UserError(f"The Hub refused hf://{repo} ({reason}).")
