"""Look up known vulnerabilities of the locked packages: ``python -m tests.audit [service]``.

It ends with 1 if there are any. Where the service (osv.dev, or another address that speaks its
language) can't be reached, it says so and ends with 0: not knowing is no fault of the packages.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ["requirements.txt", "requirements-dev.txt"]
AUDIT = [
    *(sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes"),
    *("--vulnerability-service", "osv", "--format", "json", "--progress-spinner", "off"),
]
# What pip-audit ends with when there is no network, or no service behind it.
UNREACHABLE = re.compile(r"requests\.exceptions\.|ConnectionError|ServiceError|Could not connect")
FAILED = 2


def main(locks: list[str], *service: str) -> int:
    """Say what is known of each lock file; the worst exit code of them."""
    return max(audit(lock, *service) for lock in locks)


def audit(lock: str, *service: str) -> int:
    """0 if nothing is known against a lock file, or nobody could say; 1 if something is."""
    options = [f"--requirement={ROOT / lock}", *(f"--osv-url={url}" for url in service)]
    done = subprocess.run([*AUDIT, *options], capture_output=True, text=True, check=False)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except ValueError:
        if UNREACHABLE.search(done.stderr):
            print(f"{lock}: the service could not be reached; nothing was checked")
            return 0
        print(f"{lock}: pip-audit failed\n{done.stderr}")
        return FAILED
    return report(lock, packages)


def report(lock: str, packages: list[dict]) -> int:
    """Print what was found; 1 if that is anything."""
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    found = [package for package in packages if package.get("vulns")]
    print(f"{lock}: {len(packages) - len(skipped)} packages checked, {len(found)} vulnerable")
    if skipped:
        print(f"  not checked: {', '.join(skipped)}")
    for package in found:
        for flaw in package["vulns"]:
            mended = " or ".join(flaw["fix_versions"]) or "nothing yet"
            print(f"  {package['name']} {package['version']}: {flaw['id']}, mended in {mended}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(LOCKS, *sys.argv[1:]))
