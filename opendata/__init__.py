"""Open data catalogue of Viet Nam: harvest, check, store, search, download."""

__version__ = "0.1.0"
