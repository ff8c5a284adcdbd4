"""PEAM: an embodied agent for Minecraft whose memory lives in model weights."""

__version__ = "0.1.0"
