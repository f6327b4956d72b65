"""Damaged files, and what comes of them."""
