"""A question in its conversation stands alone; what is said to the tool gets a reply; what may be asked next."""
