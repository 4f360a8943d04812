"""What ``make run`` promises, on the launcher itself and its processes."""

import contextlib
import http.cookiejar
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import psutil
import pytest

from tests.running_site import LAUNCH, ROOT, environment, free_port, is_free, running_site

pytestmark = pytest.mark.site

MANAGE = [sys.executable, "manage.py"]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site that was started by somebody with DEBUG in their shell."""
    with running_site(tmp_path_factory.mktemp("launch") / "var", DEBUG="1") as site:
        yield site


@pytest.fixture
def var_dir(tmp_path, site):
    """Where another site may start, without compressing all static files once more."""
    folder = tmp_path / "var"
    folder.mkdir()
    shutil.copytree(site.var_dir / "static", folder / "static")
    shutil.copy(site.var_dir / "static-made-from", folder)
    return folder


def run(command, var_dir, **variables):
    """Run a command that is expected to end; its exit code and all it said."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment(var_dir, **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout


def log_in(site):
    """Log in through the admin's forms; the address and the page that it leads to."""
    browser = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
    )
    page = browser.open(f"{site.url}/beheer/login/?next=/beheer/")
    name, password = site.login
    for fields in ({"username": name, "password": password}, {"code": site.code()}):
        with page:
            token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())[1]
        data = urllib.parse.urlencode(fields | {"csrfmiddlewaretoken": token, "next": "/beheer/"})
        page = browser.open(urllib.request.Request(page.url, data.encode()))
    with page:
        return page.url, page.read().decode()


def everything_in(site):
    """The launcher and all processes below it."""
    launcher = psutil.Process(site.process.pid)
    return [launcher, *launcher.children(recursive=True)]


def assert_gone(site, processes):
    _, alive = psutil.wait_procs(processes, timeout=10)
    assert not alive
    assert is_free(site.port)


def test_the_site_answers(site):
    assert site.get("/gezond/").status == 200
    assert site.get("/").status == 200


def test_it_says_where_everything_is_in_one_line_per_step(site):
    name, password = site.login
    said = site.output.read_text()
    assert f"{site.url}/\n" in said
    assert f"{site.url}/beheer/\n" in said
    assert f"{name}, password {password}" in said
    assert "make code (or an app with the key " in said
    assert len(said.splitlines()) < 12


def test_staff_can_log_in_with_the_login_it_printed(site):
    url, page = log_in(site)
    assert url == f"{site.url}/beheer/"
    assert "/beheer/logout/" in page


def test_debug_is_off_whatever_the_shell_says(site):
    answer = site.get("/bestaat-niet/")
    assert answer.status == 404
    assert "DEBUG" not in answer.text


def test_static_files_are_compressed_hashed_and_kept_for_long(site):
    page = site.get("/").text
    stylesheet = re.search(r'href="(/static/css/[\w.-]+\.[0-9a-f]{12}\.css)"', page)[1]
    answer = site.get(stylesheet, **{"Accept-Encoding": "br"})
    assert answer.status == 200
    assert answer.headers["Content-Encoding"] == "br"
    assert "immutable" in answer.headers["Cache-Control"]


def test_what_is_kept_is_the_owners_only(site):
    assert site.var_dir.stat().st_mode & 0o777 == 0o700
    for name in ("secret-key", "staff-login", "db.sqlite3"):
        assert (site.var_dir / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("numbers", [[signal.SIGINT], [signal.SIGTERM], [signal.SIGTERM] * 3])
def test_a_signal_ends_every_process_and_frees_the_port(var_dir, numbers):
    with running_site(var_dir) as site:
        processes = everything_in(site)
        assert len(processes) == 5  # launcher, gunicorn with its two workers, the worker for mail
        for number in numbers:
            site.process.send_signal(number)
        assert site.process.wait(30) == 0
        assert_gone(site, processes)
        assert "Traceback" not in site.output.read_text()


def test_the_processes_do_not_outlive_a_launcher_that_was_killed(var_dir):
    with running_site(var_dir) as site:
        processes = everything_in(site)
        site.process.kill()
        site.process.wait()
        assert_gone(site, processes)


@pytest.mark.parametrize("name", ["gunicorn", "worker"])
def test_it_ends_with_an_error_when_a_part_of_it_dies(var_dir, name):
    with running_site(var_dir) as site:
        processes = everything_in(site)
        [part] = [p for p in processes[0].children() if name in p.cmdline()]
        part.kill()
        assert site.process.wait(30) == 1
        assert "ended by itself" in site.output.read_text()
        assert_gone(site, processes)


@pytest.mark.parametrize("options", [[], ["--debug"]])
def test_the_worker_works_as_long_as_the_site_does(var_dir, options):
    with running_site(var_dir, *options) as site:
        deadline = time.monotonic() + 30
        while "worker: nog niet gestart" in site.get("/gezond/").text:
            assert time.monotonic() < deadline
        assert re.fullmatch(r"in orde\nworker: \d+ s geleden\n", site.get("/gezond/").text)
        assert holder_in(var_dir)
        site.stop()
        assert holder_in(var_dir) == ""
        assert "Traceback" not in site.output.read_text()


def holder_in(var_dir):
    """Which worker has the lease."""
    with contextlib.closing(sqlite3.connect(var_dir / "db.sqlite3")) as database:
        return database.execute("SELECT holder FROM booking_worker").fetchone()[0]


def test_a_make_that_is_interrupted_alone_takes_the_site_with_it(var_dir):
    makefile = var_dir.parent / "Makefile"
    makefile.write_text(f"run:\n\t@exec {' '.join(LAUNCH)}\n")
    port = free_port()
    # As from a terminal: a job in the background has SIGINT ignored, and make leaves that so.
    terminal = ["env", "--default-signal=INT"]
    with subprocess.Popen(
        [*terminal, "make", "--silent", f"--file={makefile}", "run"],
        cwd=ROOT,
        env=environment(var_dir, PORT=str(port)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as make:
        try:
            assert any("Ctrl-C ends it." in line for line in make.stdout)
            processes = psutil.Process(make.pid).children(recursive=True)
            make.send_signal(signal.SIGINT)
            make.wait(30)
        finally:
            make.terminate()
    _, alive = psutil.wait_procs(processes, timeout=10)
    assert not alive
    assert is_free(port)


def test_a_second_start_keeps_what_was_entered_and_the_login(var_dir):
    with running_site(var_dir) as first:
        login, said = first.login, login_line(first)
        secret = (var_dir / "secret-key").read_text()
    with sqlite3.connect(var_dir / "db.sqlite3") as database:
        database.execute("UPDATE kinekracht_practice SET name = 'Kine Tweede Start'")
    database.close()
    with running_site(var_dir) as second:
        assert "Kine Tweede Start" in second.get("/").text
        assert second.login == login
        assert login_line(second) == said
        assert (var_dir / "secret-key").read_text() == secret
        assert log_in(second)[0].endswith("/beheer/")


def login_line(site):
    return next(line for line in site.output.read_text().splitlines() if "  Staff login" in line)


def test_debug_serves_with_technical_pages_and_ends_its_reloader_too(var_dir):
    with running_site(var_dir, "--debug") as site:
        answer = site.get("/bestaat-niet/")
        assert answer.status == 404
        assert "DEBUG = True" in answer.text
        processes = everything_in(site)
        site.stop(signal.SIGINT)
        assert_gone(site, processes)


def test_a_busy_port_is_said_at_once_and_changes_nothing(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        begin = time.monotonic()
        code, said = run(LAUNCH, tmp_path / "var", PORT=port)
        took = time.monotonic() - begin
    assert code == 1
    assert port in said
    assert len(said.splitlines()) == 1
    assert not (tmp_path / "var").exists()
    assert took < 5


@pytest.mark.parametrize("port", ["", "abc", "0", "70000", "-1"])
def test_a_senseless_port_is_named(tmp_path, port):
    code, said = run(LAUNCH, tmp_path / "var", PORT=port)
    assert code == 1
    assert "PORT must be" in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SITE_URL", "example.be"),
        ("SITE_URL", "ftp://example.be"),
        ("SITE_URL", "https://example.be/pad/"),
        ("TRUSTED_PROXY", "de-proxy"),
        ("TRUSTED_PROXY", "10.0.0.1,10.0.0.300"),
    ],
)
def test_a_senseless_setting_is_named_in_one_sentence(tmp_path, name, value):
    code, said = run(LAUNCH, tmp_path / "var", PORT=str(free_port()), **{name: value})
    assert code == 1
    assert name in said
    assert "Traceback" not in said


@pytest.mark.parametrize("missing", ["SECRET_KEY", "SITE_URL"])
def test_the_settings_refuse_to_start_without_what_is_needed(tmp_path, missing):
    given = {"SECRET_KEY": "x" * 60, "SITE_URL": "https://example.be"}
    del given[missing]
    code, said = run([*MANAGE, "check"], tmp_path / "var", **given)
    assert code != 0
    assert f"Set the environment variable {missing}" in said


def test_with_debug_the_settings_need_nothing(tmp_path):
    assert run([*MANAGE, "check"], tmp_path / "var", DEBUG="1")[0] == 0
