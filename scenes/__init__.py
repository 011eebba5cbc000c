"""Scenes: a folder each. A scene draws a trace; it computes nothing."""
