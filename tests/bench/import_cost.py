"""Runs in a fresh process, in the folder of an unpacked zip: prints the CPU seconds that importing the handlers takes.

Its arguments name the modules that are there before.
"""

import sys

for name in sys.argv[1:]:
    __import__(name)

from time import process_time  # noqa: E402 - the modules above come first

sys.path.insert(0, ".")
start = process_time()
import lamed  # noqa: E402, F401 - what is measured

spent = process_time() - start
sys.stdout.write(f"\n{spent}")
