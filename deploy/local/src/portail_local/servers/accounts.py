"""Servers that refuse to run as root are run as their Debian account."""

import os
import pwd
import subprocess
from pathlib import Path


def is_root() -> bool:
    return os.geteuid() == 0


def run_as(account: str) -> tuple[str, ...]:
    """The prefix that makes a command run as `account`; nothing when we are not root."""
    if not is_root():
        return ()
    return ("setpriv", f"--reuid={account}", f"--regid={account}", "--clear-groups", "--")


def give_to(account: str, path: Path) -> None:
    if is_root():
        entry = pwd.getpwnam(account)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def can_enter(account: str, folder: Path) -> bool:
    """Whether `account` may reach what lies in `folder` (every parent folder counts)."""
    test = subprocess.run([*run_as(account), "test", "-x", str(folder)], check=False)
    return test.returncode == 0
