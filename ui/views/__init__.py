"""Pages and the frame around them. A view only shows and asks; `ui.viewmodels` decide."""
