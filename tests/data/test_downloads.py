"""Downloads, from a server on this machine."""

import dataclasses
import hashlib
import http.server
import io
import ssl
import subprocess
import sys
import tarfile
import threading

import pytest

from kvae import data
from kvae.data.inventory import DIFFERS, PRESENT, UNPACKED, state_of
from kvae.data.source import File
from kvae.data.sources import SOURCES
from kvae.errors import UserError
from kvae.files import LOCK

CONTENT = bytes(range(256)) * 5000  # more than one block


class Handler(http.server.BaseHTTPRequestHandler):
    """A server of `contents` that notes the range of each request in `ranges`, and that `faults` disturb."""

    contents, ranges, faults = {}, [], {}

    def do_GET(self):
        content, wanted = self.contents[self.path], self.headers["Range"]
        self.ranges.append(wanted)
        if "redirect" in self.faults:
            self.send_response(302)
            self.send_header("Location", self.faults["redirect"] + self.path)
            self.end_headers()
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and "ranges" not in self.faults else 0
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self.wfile.write(content[start : self.faults.get("bytes")])

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    """Start a server, and return its class of handlers with the address in `url`."""
    handler = type("Handler", (Handler,), {"contents": {}, "ranges": [], "faults": {}})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        handler.url, handler.running = f"http://127.0.0.1:{running.server_port}", running
        yield handler
        running.shutdown()
        thread.join()


@pytest.fixture
def offer(server, monkeypatch):
    """Return offer(name, {file: content}), which replaces the official files of a data set by files of the server."""

    def change(name, contents, members=(), sha256=None):
        files = []
        for file, content in contents.items():
            server.contents[f"/{file}"] = content
            digest = sha256 or hashlib.sha256(content).hexdigest()
            files.append(File(file, len(content), digest, f"{server.url}/{file}", members))
        monkeypatch.setitem(SOURCES, name, dataclasses.replace(SOURCES[name], files=tuple(files)))
        return files

    return change


def test_download_writes_the_files_once(offer, server, data_dir):
    (file,) = offer("mnist", {"a.gz": CONTENT})
    path = data_dir / "mnist" / "a.gz"
    assert data.download("mnist") == [path]
    assert path.read_bytes() == CONTENT
    assert state_of(file, path.parent, verify=True) == PRESENT
    assert data.download("mnist") == []
    assert server.ranges == [None]
    assert [each.name for each in path.parent.iterdir()] == ["a.gz"]


def test_download_that_is_interrupted_is_continued(offer, server, data_dir):
    offer("mnist", {"a.gz": CONTENT})
    server.faults["bytes"] = 3000
    with pytest.raises(UserError, match=r"ended after 3,000 of 1,280,000 bytes. Repeat the command"):
        data.download("mnist")
    assert not (data_dir / "mnist" / "a.gz").exists()
    assert not data.is_available("mnist")
    server.faults.clear()
    data.download("mnist")
    assert (data_dir / "mnist" / "a.gz").read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=3000-"]


def test_download_from_a_server_without_ranges_begins_again(offer, server, data_dir):
    offer("mnist", {"a.gz": CONTENT})
    server.faults.update(bytes=3000, ranges=False)
    with pytest.raises(UserError, match="3,000 of"):
        data.download("mnist")
    del server.faults["bytes"]
    data.download("mnist")
    assert (data_dir / "mnist" / "a.gz").read_bytes() == CONTENT


@pytest.mark.parametrize("content", [CONTENT[:-1] + b"x", CONTENT + b"x"], ids=["another", "longer"])
def test_download_with_another_checksum_is_removed(offer, server, data_dir, content):
    offer("mnist", {"a.gz": CONTENT})
    server.contents["/a.gz"] = content
    with pytest.raises(UserError, match=r"Expected the SHA-256 \w{64}. Received: another one from http"):
        data.download("mnist")
    assert list((data_dir / "mnist").iterdir()) == []


def test_download_continues_a_damaged_part_and_then_begins_again(offer, server, data_dir):
    offer("mnist", {"a.gz": CONTENT})
    (data_dir / "mnist").mkdir()
    (data_dir / "mnist" / ".a.gz.part").write_bytes(b"x" * 100)
    with pytest.raises(UserError, match="Expected the SHA-256"):
        data.download("mnist")
    data.download("mnist")
    assert (data_dir / "mnist" / "a.gz").read_bytes() == CONTENT


def test_download_without_a_server_names_the_address(offer, server, data_dir):
    offer("mnist", {"a.gz": CONTENT})
    server.running.server_close()
    with pytest.raises(
        UserError, match=rf"Could not download {server.url}/a.gz \(.*Errno.*\). Repeat the command"
    ) as error:
        data.download("mnist")
    assert "\n" not in str(error.value)
    assert list((data_dir / "mnist").iterdir()) == []


def test_download_of_a_file_that_is_gone_names_the_answer(offer, server):
    offer("mnist", {"a.gz": CONTENT})
    server.do_GET = lambda self: self.send_error(404)
    with pytest.raises(UserError, match=r"a.gz \(Not Found\)"):
        data.download("mnist")


def test_download_keeps_a_file_with_other_contents(offer, server, data_dir):
    (file,) = offer("mnist", {"a.gz": CONTENT})
    path = data_dir / "mnist" / "a.gz"
    path.parent.mkdir()
    path.write_bytes(CONTENT[::-1])
    assert state_of(file, path.parent) == PRESENT
    assert state_of(file, path.parent, verify=True) == DIFFERS
    with pytest.raises(UserError, match=r"Expected the official contents of .*a.gz, or no such file"):
        data.download("mnist")
    assert path.read_bytes() == CONTENT[::-1]
    assert server.ranges == []


def test_download_into_a_folder_that_another_process_writes_is_refused(offer, data_dir):
    offer("mnist", {"a.gz": CONTENT})
    path = data_dir / "mnist" / LOCK
    code = f"""
import sys
from kvae.files import locked
with locked({str(path)!r}):
    print("locked", flush=True)
    sys.stdin.read()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        with pytest.raises(
            UserError, match=f"no other process writes. Received: .*mnist, in use by process {other.pid}"
        ):
            data.download("mnist")
        other.stdin.close()
    assert data.download("mnist") == [data_dir / "mnist" / "a.gz"]


def test_download_unpacks_the_members_of_a_tar_file(offer, data_dir):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name in ("batches/one.bin", "batches/readme.html", "../two.bin"):
            info = tarfile.TarInfo(name)
            info.size = len(name)
            tar.addfile(info, io.BytesIO(name.encode()))
    (file,) = offer("cifar10", {"all.tar.gz": packed.getvalue()}, members=("one.bin", "two.bin"))
    folder = data_dir / "cifar10"
    assert data.download("cifar10") == [folder / "one.bin", folder / "two.bin"]
    assert sorted(path.name for path in folder.iterdir()) == ["one.bin", "two.bin"]
    assert (folder / "one.bin").read_bytes() == b"batches/one.bin"
    assert state_of(file, folder) == UNPACKED
    assert data.download("cifar10") == []


@pytest.mark.parametrize("name", ["celeba", "paintings"])
def test_download_of_data_that_only_their_authors_distribute_says_what_to_do(name, data_dir):
    with pytest.raises(UserError) as error:
        data.download(name)
    assert str(error.value) == f"kvae may not download {name}."
    assert error.value.__notes__ == data.describe(name)["instructions"]
    assert str(data_dir / name) in error.value.__notes__[1]


@pytest.mark.parametrize("name", ["digits", "swiss_roll"])
def test_download_of_data_without_files_does_nothing(name):
    assert data.download(name) == []


@pytest.fixture
def encrypted(server, tmp_path):
    """Encrypt the connections of the server, and return the file with its certificate, of which it is the authority."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    )
    try:
        subprocess.run([*command.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.running.socket = context.wrap_socket(server.running.socket, server_side=True)
    server.url = server.url.replace("http:", "https:")
    return certificate


def test_download_over_https_checks_the_certificate(offer, server, encrypted, monkeypatch, data_dir):
    offer("mnist", {"a.gz": CONTENT})
    with pytest.raises(UserError, match=r"Could not download https:.*certificate verify failed"):
        data.download("mnist")
    monkeypatch.setenv("SSL_CERT_FILE", str(encrypted))
    data.download("mnist")
    assert (data_dir / "mnist" / "a.gz").read_bytes() == CONTENT


def test_download_that_leaves_https_is_refused(offer, server, encrypted, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(encrypted))
    offer("mnist", {"a.gz": CONTENT})
    plain = type("Handler", (Handler,), {"contents": server.contents, "ranges": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), plain) as second:
        threading.Thread(target=second.serve_forever, args=(0.01,)).start()
        server.faults["redirect"] = f"http://127.0.0.1:{second.server_port}"
        with pytest.raises(UserError, match=r"redirected to http:.*, without encryption"):
            data.download("mnist")
        second.shutdown()
