"""Debian packages that are missing, installed without starting the machine's own servers."""

import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from portail_local.errors import LocalError
from portail_local.servers import nginx, postgres, rabbitmq
from portail_local.servers.accounts import is_root


@dataclass(frozen=True)
class Package:
    """`installed` looks for the program itself, however it came here."""

    name: str
    installed: Callable[[], bool]


def _has_font() -> bool:
    fonts = Path("/usr/share/fonts")
    return any(fonts.rglob("*.ttf")) or any(fonts.rglob("*.otf"))


POSTGRES = Package("postgresql", lambda: postgres.binaries() is not None)
RABBITMQ = Package("rabbitmq-server", rabbitmq.PROGRAM.exists)
NGINX = Package("nginx", nginx.PROGRAM.exists)
NODE = Package("nodejs", lambda: shutil.which("node") is not None)
NPM = Package("npm", lambda: shutil.which("npm") is not None)
CHROMIUM = Package("chromium-headless-shell", Path("/usr/bin/chromium-headless-shell").exists)
FONT = Package("fonts-dejavu-core", _has_font)

SERVERS = (POSTGRES, RABBITMQ, NGINX)
BUILD = (NODE, NPM)
BROWSER = (CHROMIUM, FONT)

# Debian's packages start their server when installed unless policy-rc.d refuses. Ours is put back as it was found.
# Units are disabled too, so that the next boot does not start them on the standard ports either.
_INSTALL = """
set -eu
policy=/usr/sbin/policy-rc.d
kept=$(mktemp -d)
[ ! -e "$policy" ] || cp -a "$policy" "$kept/policy"
restore() { rm -f "$policy"; [ ! -e "$kept/policy" ] || cp -a "$kept/policy" "$policy"; rm -rf "$kept"; }
trap restore EXIT
trap 'exit 130' INT TERM
rm -f "$policy"
printf '#!/bin/sh\\nexit 101\\n' >"$policy"
chmod 755 "$policy"
export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 "$@" >"$kept/log" 2>&1; }
install "$@" || { apt-get update -qq; install "$@"; } || { cat "$kept/log" >&2; exit 1; }
if [ -d /run/systemd/system ]; then
    for unit in postgresql rabbitmq-server nginx epmd; do
        case " $* " in *" $unit "*) systemctl disable -q "$unit" || true ;; esac
    done
fi
"""


def ensure(wanted: Iterable[Package], say: Callable[[str], None]) -> None:
    """Installs what is missing, with sudo when we are not root. Raises LocalError when that fails."""
    missing = [package for package in wanted if not package.installed()]
    if not missing:
        return
    names = [package.name for package in missing]
    if shutil.which("apt-get") is None:
        raise LocalError(f"Il manque : {', '.join(names)}. Installez-les : cette machine n'a pas apt-get.")
    say(f"Installation des paquets Debian {', '.join(names)}…")
    prefix = () if is_root() else ("sudo",)
    if prefix and shutil.which("sudo") is None:
        raise LocalError(f"Il faut être root, ou avoir sudo, pour installer {', '.join(names)}.")
    done = subprocess.run([*prefix, "sh", "-c", _INSTALL, "portail", *names], check=False)
    absent = [package.name for package in missing if not package.installed()]
    if done.returncode != 0 or absent:
        raise LocalError(f"L'installation de {', '.join(absent or names)} a échoué (voir ci-dessus).")
