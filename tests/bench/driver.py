"""Runs in a process of its own, in the folder of an unpacked zip: calls its handlers, and times them.

Needs nothing but the standard library, and answers each line of JSON on stdin with one on stdout.
"""

import importlib
import json
import sys
import time


def main() -> None:
    """Serve requests: `{"handler", "events", "answers": whether to return them}`."""
    answers = sys.stdout
    sys.stdout = sys.stderr = open("handlers.log", "w", encoding="utf-8")  # noqa: SIM115, PTH123 - until the end of the process
    sys.path.insert(0, ".")
    handlers = importlib.import_module("lamed")
    for line in sys.stdin:
        request = json.loads(line)
        handler = getattr(handlers, request["handler"])
        seconds, returned = [], []
        try:
            for event in request["events"]:
                start = time.perf_counter()
                answer = handler(event, None)
                seconds.append(time.perf_counter() - start)
                if request["answers"]:
                    returned.append(answer)
            document: dict[str, object] = {"seconds": seconds, "answers": returned}
        except Exception as error:  # noqa: BLE001 - whatever it was, the bench is told
            document = {"error": repr(error)}
        answers.write(json.dumps(document) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
