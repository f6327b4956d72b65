"""A static web page that runs exported presets in the visitor's browser."""

from .building import build_site, default_presets, how_to_open

__all__ = ["build_site", "default_presets", "how_to_open"]
