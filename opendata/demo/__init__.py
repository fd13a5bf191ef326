"""The sample sources of `make demo`: real protocols on loopback, real data with its origin."""
