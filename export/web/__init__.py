"""A static web page that runs exported presets in the visitor's browser."""

from .building import build_site, default_presets

__all__ = ["build_site", "default_presets"]
