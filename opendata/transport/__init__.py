"""The only HTTP client: every request to a source leaves through `client.Transport`."""
