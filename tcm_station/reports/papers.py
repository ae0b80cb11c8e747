"""The papers a use case asks for, finished: PDF bytes and the pulse picture."""

import io

from tcm_station.domain.examination import Examination
from tcm_station.i18n import Lang
from tcm_station.reports import plots, record, report
from tcm_station.reports.fonts import register
from tcm_station.reports.pdf import pdf_bytes
from tcm_station.reports.pulse_plots import beat_plot, trace_plot
from tcm_station.reports.writer import Material

__all__ = ["Material", "outpatient_record", "page_png", "pulse_png", "visit_report"]

PULSE_PICTURE_PT = (460.0, 300.0)


def visit_report(material: Material, lang: Lang, size: str = "A4") -> bytes:
    """The four-diagnosis report as PDF."""
    return pdf_bytes(report.visit_report(material, lang), size)


def outpatient_record(material: Material, lang: Lang, size: str = "A4") -> bytes:
    """The out-patient record as PDF."""
    return pdf_bytes(record.outpatient_record(material, lang), size)


def page_png(pdf: bytes, page: int = 0, *, dpi: float = 110) -> bytes:
    """One page of a PDF as PNG, on white."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        image = document[page].render(scale=dpi / 72).to_pil()
    finally:
        document.close()
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


def pulse_png(examination: Examination, lang: Lang) -> bytes:
    """The pulse examination as a picture: the average beat with its points over some seconds of the wave."""
    from reportlab.pdfgen.canvas import Canvas

    register()
    width, height = PULSE_PICTURE_PT
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=PULSE_PICTURE_PT, initialFontName="StationSansSC", invariant=1)
    beat, trace = beat_plot(examination, lang), trace_plot(examination, lang)
    if beat is not None:
        plots.beat_drawing(beat, width - 20, height - 110).drawOn(canvas, 10, 100)
    if trace is not None:
        plots.trace_drawing(trace, width - 20, 80).drawOn(canvas, 10, 10)
    canvas.showPage()
    canvas.save()
    return page_png(buffer.getvalue(), dpi=160)
