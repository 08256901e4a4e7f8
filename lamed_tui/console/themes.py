"""The console's own colours, dark and light. Textual's themes are there as well."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="lamed-dark",
    dark=True,
    primary="#6cb6c4",
    secondary="#d9a45b",
    accent="#d9a45b",
    foreground="#d5d9e0",
    background="#14171d",
    surface="#191d25",
    panel="#222732",
    success="#8bbf7f",
    warning="#e0b85c",
    error="#e5786d",
    variables={
        "foreground-muted": "#98a1af",
        "text-muted": "#98a1af",
        "block-cursor-foreground": "#f3f6f9",
        "block-cursor-background": "#2b4a55",
        "block-cursor-blurred-background": "#242a36",
        "footer-key-foreground": "#d9a45b",
        "footer-background": "#191d25",
        "input-selection-background": "#6cb6c4 35%",
    },
)

LIGHT = Theme(
    name="lamed-light",
    dark=False,
    primary="#1c6a7a",
    secondary="#8f5410",
    accent="#8f5410",
    foreground="#23272e",
    background="#f7f6f2",
    surface="#fffefb",
    panel="#e9e6de",
    success="#2f6b2a",
    warning="#8a5a00",
    error="#b03226",
    variables={
        "foreground-muted": "#5b626c",
        "text-muted": "#5b626c",
        "block-cursor-foreground": "#10262b",
        "block-cursor-background": "#bfdde3",
        "block-cursor-blurred-background": "#e3e1d9",
        "footer-key-foreground": "#8f5410",
        "footer-background": "#efece4",
        "input-selection-background": "#1c6a7a 25%",
    },
)

THEMES = (DARK, LIGHT)
