"""``make code``: the code that the second step of the demo login asks for, as an app shows it.

Reads the file that ``first_login`` keeps; uses no settings and no database.
"""

import base64
import os
import sys
import time
from pathlib import Path

from django_otp.oath import totp

STEP = 30  # seconds that a code stays


def main() -> int:
    """Print the code of now; the exit code is 1, with the reason, if there is no key to make it."""
    var_dir = Path(os.environ.get("VAR_DIR") or Path(__file__).resolve().parent.parent / "var")
    file = var_dir / "staff-login"
    if not file.exists():
        print("There is no demo login yet. Start the site first: make run", file=sys.stderr)
        return 1
    _name, _password, *keys = file.read_text().split()
    if not keys:
        print(
            f"The login in {file} is older than codes are. Log in, and set up an app of your own.",
            file=sys.stderr,
        )
        return 1
    print(f"{code_of(keys[0])}  (for {STEP - time.time() % STEP:.0f} more seconds, and once only)")
    return 0


def code_of(key: str, step: int = 0) -> str:
    """The six digits for ``key``, in base32 as apps take it; ``step`` 1 is the next code."""
    return f"{totp(base64.b32decode(key), step=STEP, drift=step):06}"


if __name__ == "__main__":
    sys.exit(main())
