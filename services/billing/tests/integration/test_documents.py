"""Invoices as PDF."""

from datetime import date
from io import BytesIO

from pypdf import PdfReader

SPACE = "\N{NO-BREAK SPACE}"


def _words(content):
    return " ".join("\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


async def test_a_run_makes_the_files_by_itself(town, home):
    await town.book(home)
    await town.run()
    (row,) = await town.harness.eventually(
        "select size_bytes from invoice_pdf join invoice using (tenant_id, invoice_id) where family_id = $1",
        home.family_id,
    )
    (invoice,) = await town.invoices(home)
    assert invoice["pdf_bytes"] == row["size_bytes"] > 5000
    async with town.parent(home) as client:
        response = await client.get(f"/invoices/{invoice['invoice_id']}/pdf")
    assert len(response.content) == row["size_bytes"]


async def test_the_file_says_what_the_invoice_says(town):
    home = await town.home(name="DE LA #strong[TOUR]", child='*Zoé* $x$ "q" \\ <a>')
    await town.book(home)
    await town.book(home, [date(2022, 9, 7)], cents=123456)
    run = await town.run()
    (invoice,) = await town.invoices(home)
    async with town.parent(home) as client:
        response = await client.get(f"/invoices/{invoice['invoice_id']}/pdf")
    assert response.headers["content-type"] == "application/pdf"
    assert f'filename="Facture-{run["first_number"]}.pdf"' in response.headers["content-disposition"]
    words = _words(response.content)
    for expected in (
        f"Facture NUM {invoice['number']}",
        "septembre 2022",
        "04/07/2022",
        "03/08/2022",
        "DE LA #strong[TOUR]",
        '*Zoé* $x$ "q" \\ <a>',
        "Claire DE LA #strong[TOUR]",
        "12 chemin des Lavandes 26300 Alixan",
        "Régie périscolaire",
        "01, 02, 05, 06/09/2022",
        "20,00 €",
        "1 234,56 €",
        "1 254,56 €",
        "À payer",
        "alixan.localhost",
        "1 place de la Mairie",
        "mairie@alixan.example",
        "L. 1617-5",
    ):
        assert expected in words.replace(SPACE, " "), expected


async def test_the_file_is_accessible_and_stays_the_same(town, home):
    await town.book(home)
    await town.run()
    (invoice,) = await town.invoices(home)
    async with town.parent(home) as client, town.staff() as staff:
        first = (await client.get(f"/invoices/{invoice['invoice_id']}/pdf")).content
        second = (await staff.get(f"/invoices/{invoice['invoice_id']}/pdf")).content
    assert first == second
    reader = PdfReader(BytesIO(first))
    catalog = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in catalog
    assert catalog["/Lang"].startswith("fr")
    assert reader.metadata.title == f"Facture {invoice['number']} – Alixan"
    assert b"pdfuaid" in first


async def test_a_missing_file_is_made_when_asked_for(town, home):
    await town.book(home)
    await town.run()
    (invoice,) = await town.invoices(home)
    await town.harness.eventually("select 1 from invoice_pdf where invoice_id = $1", invoice["invoice_id"])
    await town.harness.query("delete from invoice_pdf where invoice_id = $1", invoice["invoice_id"])
    assert (await town.invoices(home))[0]["pdf_bytes"] == 0
    async with town.parent(home) as client:
        response = await client.get(f"/invoices/{invoice['invoice_id']}/pdf")
    assert response.content.startswith(b"%PDF-")
    assert (await town.invoices(home))[0]["pdf_bytes"] == len(response.content)


async def test_a_long_invoice_goes_on_over_pages(town, home):
    for cents in range(100, 140):
        await town.book(home, [date(2023, 4, 3)], cents=cents)
    await town.run("2023-04")
    (invoice,) = await town.invoices(home)
    async with town.parent(home) as client:
        response = await client.get(f"/invoices/{invoice['invoice_id']}/pdf")
    pages = PdfReader(BytesIO(response.content)).pages
    assert len(pages) > 1
    assert f"Page 2 sur {len(pages)}" in _words(response.content).replace(SPACE, " ")
    assert "Prix unitaire" in pages[1].extract_text(), "the table's header is repeated"


async def test_a_name_no_font_can_show_still_gets_its_file(town):
    home = await town.home(name="王小明 😀", child="Léa 😀")
    await town.book(home)
    await town.run()
    (invoice,) = await town.invoices(home)
    async with town.parent(home) as client:
        response = await client.get(f"/invoices/{invoice['invoice_id']}/pdf")
    assert response.status_code == 200
    assert "20,00 €" in _words(response.content).replace(SPACE, " ")
