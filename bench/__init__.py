"""The benchmark the README quotes: `python -m bench`."""
