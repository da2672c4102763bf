"""Invoices as PDF: tagged (PDF/UA-1), with typst's own fonts, the same bytes for the same invoice."""

import json
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, time
from pathlib import Path

import structlog
import typst

from billing.domain.document import InvoiceDocument

_log = structlog.get_logger(__name__)

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
        """The PDF of one invoice.

        PDF/UA-1 refuses a character that no font can show (an emoji in a name): such an invoice is still tagged,
        but does not claim the standard.
        """
        with self._lock:
            try:
                return self._compile(document, ["ua-1"])
            except typst.TypstError:  # its message quotes the text, which is personal data
                _log.warning("invoice_without_pdf_ua", number=document.number)
                return self._compile(document, [])

    def render_all(self, documents: Sequence[InvoiceDocument]) -> list[bytes]:
        """The PDFs of several invoices."""
        return [self.render(document) for document in documents]

    def _compile(self, document: InvoiceDocument, standards: "list[typst.PDFStandard]") -> bytes:
        content = self._compiler.compile(
            format="pdf",
            sys_inputs={"invoice": json.dumps(document.to_template(), ensure_ascii=False)},
            pdf_standards=standards,
            timestamp=datetime.combine(document.issued_day, time(), UTC),
        )
        assert isinstance(content, bytes)  # noqa: S101 - only images come page by page
        return content


RENDERER = InvoiceRenderer()
"""The process's renderer."""
