"""The window. Qt lives here and nowhere else; what it shows is decided by `ui.viewmodels`, which know no
Qt."""
