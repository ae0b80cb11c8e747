"""Printing the previewed file: its own pages, drawn at the printer's resolution."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter

from tcm_station.domain.errors import MachineFailed

_PDF_DPI = 72.0
_MOST_DPI = 300.0  # sharper than this no desk printer shows, and the images get large


def printers() -> list[str]:
    """Names of the printers that this machine knows; empty where it has no print system."""
    from PySide6.QtPrintSupport import QPrinterInfo

    return list(QPrinterInfo.availablePrinterNames())


def print_pdf(data: bytes, printer_name: str, *, size: str, copies: int = 1) -> int:
    """Print every page of a PDF. Returns the number of pages. Raises MachineFailed when none was sent."""
    import pypdfium2
    from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

    from ui.widgets.preview import page_image

    info = QPrinterInfo.printerInfo(printer_name)
    if info.isNull():
        raise MachineFailed("no-printer", name=printer_name)
    printer = QPrinter(info, QPrinter.PrinterMode.HighResolution)
    printer.setPageSize(QPageSize(getattr(QPageSize.PageSizeId, size)))
    printer.setFullPage(True)
    printer.setPageOrientation(QPageLayout.Orientation.Portrait)
    printer.setCopyCount(copies)
    document = pypdfium2.PdfDocument(data)
    painter = QPainter()
    if not painter.begin(printer):
        document.close()
        raise MachineFailed("no-printer", name=printer_name)
    scale = min(float(printer.resolution()), _MOST_DPI) / _PDF_DPI
    pages = len(document)
    for number in range(pages):
        if number:
            printer.newPage()
        area = printer.pageLayout().fullRectPixels(printer.resolution())
        painter.drawImage(QRectF(0, 0, area.width(), area.height()), page_image(document, number, scale))
    painter.end()
    document.close()
    return pages
