"""An index folder: the files of its generations, written, opened and chosen."""
