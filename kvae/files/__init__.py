"""Reading and writing of files and folders. What is written appears whole or not at all, and has one writer at a time."""

from kvae.files.home import expanded
from kvae.files.locks import LOCK, InUse, locked, require_new
from kvae.files.reading import MAX_BYTES, as_user_errors, check_regular, open_member, read_bytes, read_text, sha256
from kvae.files.records import MAX_JSON, finite, read_json, write_csv, write_json
from kvae.files.writing import atomic, atomic_folder, copy_files

__all__ = [
    "LOCK",
    "MAX_BYTES",
    "MAX_JSON",
    "InUse",
    "as_user_errors",
    "atomic",
    "atomic_folder",
    "check_regular",
    "copy_files",
    "expanded",
    "finite",
    "locked",
    "open_member",
    "read_bytes",
    "read_json",
    "read_text",
    "require_new",
    "sha256",
    "write_csv",
    "write_json",
]
