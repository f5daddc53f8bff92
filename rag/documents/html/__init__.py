"""HTML: a page's own text, without what a browser would not show."""
