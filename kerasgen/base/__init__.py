"""The training contract: what every model shares."""
