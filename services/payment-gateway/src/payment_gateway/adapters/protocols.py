"""The banks' protocols by the name a contract gives: every package of this folder that exports ``PROTOCOL``."""

import importlib
import pkgutil
from typing import Any

from payment_gateway import adapters
from payment_gateway.application.bank_port import BankProtocol, Protocols


def _find_protocols() -> Protocols:
    packages = (module.name for module in pkgutil.iter_modules(adapters.__path__) if module.ispkg)
    modules = [importlib.import_module(f"{adapters.__name__}.{name}") for name in sorted(packages)]
    found: list[BankProtocol[Any]] = [module.PROTOCOL for module in modules if hasattr(module, "PROTOCOL")]
    return {protocol.name: protocol for protocol in found}


PROTOCOLS = _find_protocols()
