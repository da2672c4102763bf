"""Invoices as PDF: tagged (PDF/UA-1), with typst's own fonts, the same bytes for the same invoice."""

import json
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, time
from pathlib import Path

import typst

from billing.domain.document import InvoiceDocument

_TEMPLATE = Path(__file__).with_name("invoice.typ")


class InvoiceRenderer:
    """Renders invoices one at a time. Blocking (about ten milliseconds each): call it from a thread.

    One compiler made from a file lives as long as the process: a compiler per invoice leaks memory, and one made
    from bytes fails the second time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._compiler = typst.Compiler(str(_TEMPLATE), root=str(_TEMPLATE.parent), ignore_system_fonts=True)

    def render(self, document: InvoiceDocument) -> bytes:
        """The PDF of one invoice. Raises ``typst.TypstError``."""
        with self._lock:
            content = self._compiler.compile(
                format="pdf",
                sys_inputs={"invoice": json.dumps(document.to_template(), ensure_ascii=False)},
                pdf_standards=["ua-1"],
                timestamp=datetime.combine(document.issued_day, time(), UTC),
            )
        assert isinstance(content, bytes)  # noqa: S101 - only images come page by page
        return content

    def render_all(self, documents: Sequence[InvoiceDocument]) -> list[bytes]:
        """The PDFs of several invoices."""
        return [self.render(document) for document in documents]


RENDERER = InvoiceRenderer()
"""The process's renderer."""
