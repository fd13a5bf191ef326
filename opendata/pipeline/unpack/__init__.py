"""Formats that are not text in rows become files of text columns, in a confined child."""
