"""The parents' pages."""

from web.family import dossier, home, login, messages, passwords, tiles

ROUTERS = [home.router, login.router, passwords.router, tiles.router, dossier.router, messages.router]
