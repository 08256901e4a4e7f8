"""The console: a Textual application on the core."""

import os

# Milliseconds after which a lone ESC is the key, by the variable that every terminal program knows; Textual reads it
# when it is imported, and would wait for 100. A terminal sends a longer sequence at once, so that little is enough.
os.environ.setdefault("ESCDELAY", "25")
