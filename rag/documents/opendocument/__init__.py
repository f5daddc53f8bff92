"""OpenDocument: ODT, ODP, ODS."""
