"""The models: where their bytes come from, whether they are here, how text becomes vectors."""
