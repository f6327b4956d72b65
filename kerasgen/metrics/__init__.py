"""One metric a file: numpy functions, paper in the docstring."""
