"""Codes, styles and posteriors, by NumPy alone."""
