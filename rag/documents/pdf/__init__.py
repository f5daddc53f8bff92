"""PDF: the text as it is read, in its order; and text recognition."""
