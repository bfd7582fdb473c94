"""Rearranges bytes: values to bytes and back, strictly. No keys, no clock, no input or output."""
