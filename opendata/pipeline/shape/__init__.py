"""What the bytes of a file are: format, encoding, dialect, where its tables lie."""
