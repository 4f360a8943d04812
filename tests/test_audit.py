"""What ``make audit`` says, with a service of our own in the place of osv.dev."""

import contextlib
import http.server
import json
import threading

import pytest

from tests import audit
from tests.running_site import ROOT, free_port

pytestmark = pytest.mark.site  # as it starts processes

LOCK = """\
django==5.2.0 \\
    --hash=sha256:91ceed4e3a6db5aedced65e3c8f963118ea9ba753fc620831c77074e620e7d83
sqlparse==0.5.3 \\
    --hash=sha256:cf2196ed3418f3ba5de6af7e82c694a9fbdbfecccdfc72e281548517081f16ca
"""
FLAW = {
    "id": "PYSEC-2025-1",
    "summary": "Een fout.",
    "affected": [
        {
            "package": {"name": "django", "ecosystem": "PyPI"},
            "ranges": [
                {"type": "ECOSYSTEM", "events": [{"introduced": "5.2"}, {"fixed": "5.2.1"}]}
            ],
        }
    ],
}


@contextlib.contextmanager
def service(answer):
    """Answers each question with what ``answer(name)`` returns, a status or a list of flaws."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            said = answer(json.loads(body)["package"]["name"])
            content = json.dumps({"vulns": said} if said else {}).encode()
            self.send_response(said if isinstance(said, int) else 200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()
        thread.join()


@pytest.fixture
def lock(tmp_path):
    file = tmp_path / "requirements.txt"
    file.write_text(LOCK)
    return str(file)


def test_a_vulnerable_package_is_named_and_fails(lock, capsys):
    with service(lambda name: [FLAW] if name == "django" else []) as url:
        assert audit.main([lock], url) == 1
    said = capsys.readouterr().out
    assert "2 packages checked, 1 vulnerable" in said
    assert "django 5.2.0: PYSEC-2025-1, mended in 5.2.1" in said


def test_packages_without_known_flaws_pass(lock, capsys):
    with service(lambda name: []) as url:
        assert audit.main([lock], url) == 0
    assert "2 packages checked, 0 vulnerable" in capsys.readouterr().out


@pytest.mark.parametrize("status", [404, 500])
def test_a_service_that_fails_has_checked_nothing(lock, capsys, status):
    with service(lambda name: status) as url:
        assert audit.main([lock], url) == 0
    assert "could not be reached; nothing was checked" in capsys.readouterr().out


def test_without_a_network_it_says_so(lock, capsys):
    assert audit.main([lock], f"http://127.0.0.1:{free_port()}/") == 0
    assert "could not be reached; nothing was checked" in capsys.readouterr().out


def test_a_lock_without_hashes_is_an_error(tmp_path, capsys):
    file = tmp_path / "requirements.txt"
    file.write_text("django==5.2.0\n")
    with service(lambda name: []) as url:
        assert audit.main([str(file)], url) == audit.FAILED
    assert "pip-audit failed" in capsys.readouterr().out


@pytest.mark.parametrize("name", audit.LOCKS)
def test_every_locked_package_has_hashes(name):
    lock = (ROOT / name).read_text()
    packages = [block for block in lock.split("\n") if block[:1].isalnum()]
    assert packages
    assert all("==" in package and package.endswith("\\") for package in packages)
    assert lock.count("--hash=sha256:") >= len(packages)
