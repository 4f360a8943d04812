"""``make run``: the site on this machine, served as it would be live.

Prepares what a server's environment would hold, fills the database, and runs the site's
processes until it is interrupted. What must outlive a start (data, secrets) is in VAR_DIR.
Uses nothing outside the standard library, and never imports Django: every step is a process.
"""

import argparse
import base64
import ctypes
import hashlib
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

BASE_DIR = Path(__file__).resolve().parent.parent
MANAGE = [sys.executable, str(BASE_DIR / "manage.py")]
GUNICORN = [sys.executable, "-m", "gunicorn", "--config", "python:kinekracht.gunicorn"]
HOST = "127.0.0.1"

START_SECONDS = 60  # in which the site must give its first answer
STOP_SECONDS = 25  # in which processes may finish what they do; gunicorn takes 20 of them
GLANCE_SECONDS = 0.2  # between two looks at whether everything still runs

Environment = dict[str, str]
Processes = list[subprocess.Popen[bytes]]


class Refused(Exception):  # noqa: N818  it is the answer, not a mishap
    """The site can't be started; the message says why, to the person who tried."""


class Stopped(Exception):  # noqa: N818  it is what was asked for
    """Ctrl-C, or another signal that asks this program to end."""

    asked = False


def main() -> int:
    """Run the site; the exit code is 0 if it ran until it was told to stop."""
    parser = argparse.ArgumentParser(description="Serve the site on this machine.")
    parser.add_argument("--debug", action="store_true", help="with DEBUG and autoreload")
    debug = parser.parse_args().debug
    os.umask(0o077)  # what patients and staff enter is nobody else's on this machine
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask_to_stop)
    begin = parent_state()
    processes: Processes = []
    try:
        port = free_port(os.environ.get("PORT", "8000"))
        environment = prepare_environment(port, debug=debug)
        login = prepare_data(environment, debug=debug)
        for command in services(port, debug=debug):
            processes.append(start(command, environment))
        wait_for_answer(port, processes)
        announce(environment["SITE_URL"], login)
        while parent_state() == begin:
            refuse_ended(processes)
            time.sleep(GLANCE_SECONDS)
    except Stopped:
        pass
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    finally:
        stop(processes)
    return 0


def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
    """Signal handler. Once is enough: make and a terminal may both tell us."""
    if not Stopped.asked:
        Stopped.asked = True
        raise Stopped


def free_port(value: str) -> int:
    """The port ``value``, on which nobody listens yet; Refused if there is no such port."""
    if not value.isdecimal() or not 0 < int(value) < 2**16:
        raise Refused(f"PORT must be a number from 1 to 65535, not {value!r}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(value)))
        except OSError as error:
            raise Refused(
                f"Port {value} can't be used ({error.strerror}). "
                "Choose another, for example: make run PORT=9000"
            ) from error
    return int(value)


def prepare_environment(port: int, *, debug: bool) -> Environment:
    """The environment of this process, completed with what the settings need on this machine."""
    given = dict(os.environ)
    var_dir = Path(given.get("VAR_DIR") or BASE_DIR / "var").resolve()
    try:
        var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"VAR_DIR {var_dir} can't be made ({error.strerror}).") from error
    hosts = [HOST, "localhost", given.get("ALLOWED_HOSTS")]
    return given | {
        "ALLOWED_HOSTS": ",".join(host for host in hosts if host),
        "DEBUG": str(debug),
        "DJANGO_SETTINGS_MODULE": "kinekracht.settings",
        "PORT": str(port),
        "ENCRYPTION_KEYS": given.get("ENCRYPTION_KEYS")
        or kept_secret(var_dir / "encryption-keys", make=fernet_key),
        "LINK_KEYS": given.get("LINK_KEYS") or kept_secret(var_dir / "link-keys", make=fernet_key),
        "SECRET_KEY": given.get("SECRET_KEY") or kept_secret(var_dir / "secret-key"),
        "SITE_URL": given.get("SITE_URL") or f"http://{HOST}:{port}",
        "VAR_DIR": str(var_dir),
    }


def fernet_key() -> str:
    """A new key, as the settings want those in ENCRYPTION_KEYS and LINK_KEYS."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def kept_secret(file: Path, *, make: Callable[[], str] = lambda: secrets.token_urlsafe(64)) -> str:
    """The secret in ``file``, which is made the first time and which only its owner may read."""
    if not file.exists() or not file.read_text().strip():
        with open(file, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as opened:
            opened.write(make() + "\n")
    return file.read_text().strip()


def prepare_data(environment: Environment, *, debug: bool) -> str:
    """Bring the database and the static files up to date; how to log in, in a line or two."""
    step("Database", "migrate", "--no-input", environment=environment)
    step("Demo content", "seed_demo", environment=environment)
    if debug:  # the development server finds static files where they are
        (Path(environment["VAR_DIR"]) / "static").mkdir(exist_ok=True)
    else:
        collect_static(environment)
    return step("Staff login", "first_login", environment=environment)


def collect_static(environment: Environment) -> None:
    """Collect the static files, unless nothing they are made from has changed.

    Compressing them takes longer than everything else together.
    """
    var_dir = Path(environment["VAR_DIR"])
    made_from = var_dir / "static-made-from"
    manifest = var_dir / "static" / "staticfiles.json"
    state = static_state()
    if not (manifest.exists() and made_from.exists() and made_from.read_text() == state):
        step("Static files", "collectstatic", "--no-input", environment=environment)
        made_from.write_text(state)


def static_state() -> str:
    """A hash that changes with the static files, the packages' (by their lock) included."""
    sources = [
        BASE_DIR / "requirements.txt",
        BASE_DIR / "kinekracht" / "settings.py",
        BASE_DIR / "kinekracht" / "storage" / "files.py",
        *sorted(path for path in (BASE_DIR / "static").rglob("*") if path.is_file()),
    ]
    state = hashlib.sha256()
    for source in sources:
        state.update(f"{source.relative_to(BASE_DIR)} ".encode() + source.read_bytes())
    return state.hexdigest()


def step(name: str, *command: str, environment: Environment) -> str:
    """Run a management command on a line of its own; what it printed, or Refused with that."""
    print(f"{name:<16}", end="", flush=True)
    begin = time.monotonic()
    done = subprocess.run(
        [*MANAGE, *command],
        cwd=BASE_DIR,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        print("FAILED", flush=True)
        raise Refused(explanation(done.stdout))
    print(f"{time.monotonic() - begin:.1f} s", flush=True)
    return done.stdout.strip()


def explanation(output: str) -> str:
    """What a failed command said; of a setting that was refused, only the sentence about it."""
    *_, last = output.strip().splitlines() or ["It said nothing."]
    name, _, sentence = last.partition(": ")
    return sentence if name.endswith(".ImproperlyConfigured") else output


def services(port: int, *, debug: bool) -> list[list[str]]:
    """The commands that run as long as the site does."""
    site = [*MANAGE, "runserver", f"{HOST}:{port}"] if debug else GUNICORN
    return [site, [*MANAGE, "worker"]]


def start(command: list[str], environment: Environment) -> subprocess.Popen[bytes]:
    """Start a long-running process in a group of its own: Ctrl-C is ours to pass on, gently."""
    return subprocess.Popen(
        command,
        cwd=BASE_DIR,
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=end_with_launcher,  # noqa: PLW1509  there are no threads here
    )


def end_with_launcher() -> None:
    """Have the kernel stop this process should the launcher be killed outright (Linux only)."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def wait_for_answer(port: int, processes: Processes) -> None:
    """Return when the site answers; Refused if it ends first or takes longer than a minute."""
    deadline = time.monotonic() + START_SECONDS
    while not answers(port):
        refuse_ended(processes)
        if time.monotonic() > deadline:
            raise Refused(f"The site gave no answer within {START_SECONDS} seconds.")
        time.sleep(GLANCE_SECONDS)


def answers(port: int) -> bool:
    """Whether the health check is answered with 200."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/gezond/", headers={"Connection": "close"})
        return connection.getresponse().status == http.HTTPStatus.OK
    return False


def announce(site_url: str, login: str) -> None:
    """Say where the site is and who may log in."""
    print(f"\n  The site     {site_url}/")
    print(f"  The admin    {site_url}/beheer/")
    login, _, code = login.partition("\n")
    print(f"  Staff login  {login}")
    if code:
        print(f"  Its code     {code}")
    print("  Ctrl-C ends it.\n", flush=True)


def parent_state() -> tuple[int, bool]:
    """Who started us, and in what state that is: a change means that it wants us to end."""
    parent = os.getppid()
    return parent, catches_interrupt(parent)


def catches_interrupt(pid: int) -> bool:
    """Whether the process ``pid`` is make, waiting for a SIGINT (Linux only, elsewhere False).

    A make that gets SIGINT alone, from a script and not from a terminal, doesn't pass it on:
    it stops catching the signal and waits for us.
    """
    with suppress(OSError, StopIteration):
        if Path(f"/proc/{pid}/comm").read_text().strip() not in {"make", "gmake"}:
            return False
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        caught = int(next(line for line in lines if line.startswith("SigCgt:")).split()[1], 16)
        return bool(caught >> (signal.SIGINT - 1) & 1)
    return False


def refuse_ended(processes: Processes) -> None:
    """Refused if a process that should run has ended."""
    for process in processes:
        if process.poll() is not None:
            raise Refused(f"{process.args!r} ended by itself (exit code {process.returncode}).")


def stop(processes: Processes) -> None:
    """End all processes, and what they started: gently, but within STOP_SECONDS."""
    Stopped.asked = True  # from here on signals change nothing
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
