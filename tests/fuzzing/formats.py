"""Edits of the parts of a file: members of zips, entries of JSON values, cells of tables, headers of arrays, chunks of PNGs.

Checksums of the format are computed again, so that an edit reaches the code that reads the part.
"""

import ast
import gzip
import io
import json
import re
import struct
import warnings
import zipfile
import zlib

import h5py
import numpy as np

from tests.fuzzing.values import JSON, NUMBERS, TEXTS

DTYPES = ("|O", "<U1", "<U100000000", "|S0", "|V8", "<M8[s]", "<f2", ">f8", "<c16", "|b1", "<u8", ">i2", "", "x")


def edit_parts(data: bytes, edit, edit_bytes) -> bytes | None:
    """Return the file after an edit of its parts, or None if its format is not known or the edit does not fit.

    edit_bytes: function of bytes and an edit, which edits a part.
    """
    for marks, function in _FORMATS:
        if data.startswith(marks):
            try:
                return function(data, edit, edit_bytes)
            except Exception:  # an earlier edit has damaged the file
                return None
    return None


def _edit_zip(data, edit, edit_bytes):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    at = edit.at % len(members)
    name, contents = members[at]
    if edit.depth > 1 or edit.kind in ("flip", "truncate", "digits"):
        members[at] = name, edit_bytes(contents, edit.inner())
    elif edit.kind == "remove":
        del members[at]
    elif edit.kind == "repeat":
        members.append((name, members[edit.size % len(members)][1]))
    elif edit.kind == "number":
        members[at] = name, members[edit.size % len(members)][1]
    else:
        text = TEXTS[edit.value % len(TEXTS)][:1000]
        cut = edit.size % (len(name) + 1)
        members[at] = name[:cut] + text + name[cut:], contents
    packed = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # two members of one name
        for name, contents in members:
            archive.writestr(name or "x", contents)
    return packed.getvalue()


def _edit_gzip(data, edit, edit_bytes):
    return gzip.compress(edit_bytes(gzip.decompress(data), edit.inner()), compresslevel=1)


def _edit_json(data, edit, edit_bytes):
    value = json.loads(data)
    places, waiting = [], [value]
    while waiting:
        holder = waiting.pop()
        inner = list(holder) if isinstance(holder, dict) else range(len(holder))
        places += [(holder, key) for key in inner]
        waiting += [holder[key] for key in inner if isinstance(holder[key], dict | list)]
    holder, key = places[edit.at % len(places)]
    other, other_key = places[edit.size % len(places)]
    match edit.kind:
        case "remove":
            del holder[key]
        case "repeat":
            holder[key] = [holder[key]] * (1 + edit.value)
        case "number" | "digits":
            holder[key] = NUMBERS[edit.value % len(NUMBERS)]
        case "text":
            holder[key] = TEXTS[edit.value % len(TEXTS)]
        case "flip":
            holder[key] = JSON[edit.value % len(JSON)]
        case "truncate":
            holder[key] = json.loads(json.dumps(other[other_key]))
    return json.dumps(value).encode()


def _edit_text(data, edit, edit_bytes):
    """Edit a line, a cell or a word of a text, or store the text in another encoding."""
    if b"\0" in data:
        return None
    text = data.decode()
    pattern = r"[^\n]+\n?" if edit.size % 2 else r"[^\s,;:]+"
    found = list(re.finditer(pattern, text))
    start, end = found[edit.at % len(found)].span()
    match edit.kind:
        case "remove":
            new = ""
        case "repeat":
            new = text[start:end] * (2 + edit.value)
        case "number" | "digits":
            new = str(NUMBERS[edit.value % len(NUMBERS)])
        case "text":
            new = TEXTS[edit.value % len(TEXTS)]
        case "flip":
            return text.encode(("utf-8-sig", "utf-16", "utf-32")[edit.value % 3])
        case "truncate":
            a, b = found[edit.size % len(found)].span()
            new = text[a:b]
    return (text[:start] + new + text[end:]).encode("utf-8", "surrogatepass")


def _edit_array(data, edit, edit_bytes):
    """Edit the header of an .npy file: its shape, its type or its order."""
    length = struct.unpack("<H", data[8:10])[0]
    header = ast.literal_eval(data[10 : 10 + length].decode("latin-1"))
    shape, rest = list(header["shape"]), data[10 + length :]
    axis = edit.at % (len(shape) + 1)
    match edit.kind:
        case "number" | "digits":
            shape[axis : axis + 1] = [NUMBERS[edit.value % len(NUMBERS)]]
        case "repeat":
            shape += [1] * (1 + edit.value)
        case "remove":
            shape[axis : axis + 1] = []
        case "text":
            header["descr"] = DTYPES[edit.value % len(DTYPES)]
        case "truncate":
            rest = edit_bytes(rest, edit.inner())
        case "flip":
            header["fortran_order"] = not header["fortran_order"]
    text = repr({**header, "shape": tuple(shape)}).encode("latin-1")
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    return data[:8] + struct.pack("<H", len(text)) + text + rest


def _edit_png(data, edit, edit_bytes):
    chunks, at = [], 8
    while at < len(data):
        length = int.from_bytes(data[at : at + 4])
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    number = edit.at % len(chunks)
    kind, contents = chunks[number]
    if edit.depth > 1 and kind == b"IDAT":
        contents = zlib.compress(edit_bytes(zlib.decompress(contents), edit.inner()))
    else:
        contents = edit_bytes(contents, edit.inner())
    chunks[number] = kind, contents
    packed = (len(c).to_bytes(4) + k + c + zlib.crc32(k + c).to_bytes(4) for k, c in chunks)
    return data[:8] + b"".join(packed)


def _edit_hdf5(data, edit, edit_bytes):
    """Remove, copy, link or replace an array of an HDF5 file."""
    buffer, names = io.BytesIO(data), []
    with h5py.File(buffer, "r+") as file:
        file.visit(names.append)
        name = names[edit.at % len(names)]
        match edit.kind:
            case "remove" | "truncate":
                del file[name]
            case "repeat":
                file.copy(name, f"{name} {edit.value}")
            case "flip":
                file[f"{name} {edit.value}"] = (h5py.SoftLink(name), h5py.ExternalLink("x", "/"), file[name])[
                    edit.size % 3
                ]
            case _:
                old = file[name][()] if isinstance(file[name], h5py.Dataset) else np.zeros(3)
                del file[name]
                file[name] = _other_array(old, edit)
    return buffer.getvalue()


def _other_array(old, edit):
    number = NUMBERS[edit.value % len(NUMBERS)]
    choices = (
        lambda: old.astype(("f2", "f8", "i1", "u8", "c8", "S3", "b1", ">f4")[edit.value % 8]),
        lambda: old.reshape(-1),
        lambda: np.full_like(old, number),
        lambda: np.repeat(old, 1 + edit.value, axis=-1),
        lambda: TEXTS[edit.value % len(TEXTS)],
        lambda: old[..., :1],
    )
    return choices[edit.size % len(choices)]()


_FORMATS = (
    (b"PK", _edit_zip),
    (b"\x1f\x8b", _edit_gzip),
    (b"\x89PNG\r\n\x1a\n", _edit_png),
    (b"\x93NUMPY\1\0", _edit_array),
    (b"\x89HDF", _edit_hdf5),
    ((b"{", b"["), _edit_json),
    (b"", _edit_text),
)
"""First bytes of a file, and the function that edits its parts."""
