"""Graphs that two or more models share. A network's name is the scope of its variables: optimizers find them by it."""
