"""From a source's listing to published tables; `steps.py` is the path of one file.

Nothing is imported here: a confined child that unpacks one file starts in a fraction of a second
only without the database.
"""
