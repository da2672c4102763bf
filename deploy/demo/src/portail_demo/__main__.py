"""``python -m portail_demo --output FILE``: loads every commune, writes the logins as JSON."""

import argparse
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import httpx

from portail_demo.commune import CommuneLoader, Login
from portail_demo.descriptions import descriptions
from portail_demo.portal import LoadError
from portail_demo.settings import Settings


def load_all(settings: Settings) -> list[Login]:
    """Loads the communes side by side. Raises ``LoadError``."""
    bank_key = httpx.get(settings.bank_key_url, timeout=30, trust_env=False).raise_for_status().text
    loaders = [CommuneLoader(settings, description) for description in descriptions(settings.today)]
    with ThreadPoolExecutor(len(loaders)) as pool:
        return [login for logins in pool.map(lambda loader: loader.load(bank_key), loaders) for login in logins]


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m portail_demo")
    parser.add_argument("--output", type=Path, help="where the logins are written, as JSON")
    arguments = parser.parse_args()
    try:
        logins = load_all(Settings.from_environment())
    except (LoadError, KeyError, httpx.HTTPError) as error:
        sys.exit(f"{parser.prog}: {type(error).__name__}: {error}")
    for login in logins:
        print(f"{login.commune:12} {login.url:34} {login.who:26} {login.user_name:22} {login.password}  {login.note}")
    if arguments.output:
        text = json.dumps([asdict(login) for login in logins], ensure_ascii=False, indent=2)
        arguments.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
