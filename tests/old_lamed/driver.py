"""Runs inside 0.4.3's environment: reads requests as JSON lines, calls its handlers, answers as JSON lines."""

import importlib
import json
import sys


def main() -> None:
    answers = sys.stdout
    # 0.4.3 logs to stdout, which here carries the answers.
    sys.stdout = sys.stderr
    handlers = importlib.import_module("lamed.lamed")
    for line in sys.stdin:
        request = json.loads(line)
        try:
            results = [getattr(handlers, request["handler"])(event, None) for event in request["events"]]
            answer: dict[str, object] = {"results": results}
        except Exception as error:  # noqa: BLE001 - whatever it was, the caller is told
            answer = {"error": repr(error)}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
