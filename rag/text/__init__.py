"""Words, numbers and dates of a text in the form in which they are compared."""
