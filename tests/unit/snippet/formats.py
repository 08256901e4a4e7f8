"""The forms in which a snippet is written."""

from __future__ import annotations

from typing import get_args

import pytest

from lamed_tui.snippet.spec import Format

BOTH_FORMATS = pytest.mark.parametrize("form", get_args(Format))
