"""The key schema: every Redis key this package writes or reads, built and taken apart here and nowhere else.

Pure functions, no I/O, cheap to import: the console uses them too, through another Redis client.

Counters and their indexes are those of lamed 0.4.3, so that either program reads what the other wrote:

====================================================  ======  ======================================================
key                                                   type    holds
====================================================  ======  ======================================================
``{ns}:experiments``                                  set     names of the namespace's experiments
``{ns}:counter_keys``                                 set     every counter key of the namespace
``{ns}:{experiment}:counter_keys``                    set     that experiment's counter keys
``{ns}:counters:{experiment}:{goal}:{variant}``       string  the count, a decimal integer
``lamed:namespaces``                                  set     namespaces that hold an experiment (not in 0.4.3)
====================================================  ======  ======================================================

In namespace, experiment, goal and variant ``%`` is written ``%25`` and ``:`` is written ``%3A``. The encoded name
stands in the keys and in the sets, because 0.4.3 takes keys apart at every ``:``. On Redis Cluster ``{`` and ``}`` are
written ``%7B`` and ``%7D`` as well: a brace would move a counter away from its companions.

Companions lie in their counter's own cluster slot, because the counter key, in literal braces, is their hash tag:

====================================================  ======  ======================================================
``{<counter key>}:seen:<window>[:<hex>]``             set     digests of the events counted in one window: the root,
                                                              and the node under the digest's first hex digits
``{<counter key>}:series:h:<n>``                      hash    hour in the chunk (0-95) -> events counted in that hour
``{<counter key>}:series:d:<n>``                      hash    day in the chunk (0-99) -> events counted on that day
====================================================  ======  ======================================================

Seen events. A window is ``ceil(uuid_expiry_seconds / 2)`` seconds long and is named by its first second (epoch, UTC).
An event is looked for in the current window and the two before it, so it is remembered for at least
``uuid_expiry_seconds`` and at most 1.5 times that. A node keeps `NODE_CAPACITY` digests and stays an intset; a full
one passes new digests to its child for the next hex digit. Changing the expiry starts new windows.

Series. Hours and days are counted from the epoch in UTC: hour 489123 stands in chunk 489123 // 96, field 489123 % 96.
A chunk lives 73 hours (401 days) after its newest field appeared, so an hour stays readable for at least 72 hours and
a day for at least 400 days. Chunks are short enough to stay listpacks.
"""

from __future__ import annotations

# The C modules behind hashlib: hashlib itself costs 4 ms of CPU, a third of all that a cold start may spend on imports.
try:
    from _blake2 import blake2b
    from _sha1 import sha1  # type: ignore[import-not-found]  # typeshed does not describe it
except ImportError:  # a Python built without them has them in OpenSSL
    from hashlib import blake2b, sha1

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DEFAULT_NAMESPACE = "alephbet"
NAMESPACES_KEY = "lamed:namespaces"
PARTICIPATE = "participate"  # the event that makes a visitor a participant; every other event is a goal

NODE_CAPACITY = 512  # the default of set-max-intset-entries
NODE_LEVELS = 5  # 512 * (1 + 16 + … + 16^4) = 36 million events a window before the last level outgrows its intsets
FEW_NODE_LEVELS = 2  # enough for 8,704 events a window
CLOCK_SKEW = 60  # seconds by which the clocks of two containers may differ

_ESCAPES = {"25": "%", "3A": ":", "7B": "{", "7D": "}"}


class Series:
    """One resolution of a counter's history.

    `unit` is the length of a field in seconds, `fields` how many fields one hash holds, `keep` for how many seconds
    after its newest field appeared a hash lives.
    """

    __slots__ = ("fields", "keep", "letter", "unit")

    def __init__(self, letter: str, *, unit: int, fields: int, keep: int) -> None:
        self.letter = letter
        self.unit = unit
        self.fields = fields
        self.keep = keep

    def point(self, counter: str, moment: float) -> tuple[str, int]:
        """The hash and the field that count an event of `counter` at `moment` (epoch seconds)."""
        chunk, field = divmod(int(moment) // self.unit, self.fields)
        return self._chunk_key(counter, chunk), field

    def chunks(self, counter: str, now: float) -> list[tuple[str, int]]:
        """Every hash that can exist at `now`, oldest first, each with the epoch second at which its field 0 starts."""
        span = self.unit * self.fields
        first = (int(now) - CLOCK_SKEW - self.keep) // span
        last = (int(now) + CLOCK_SKEW) // span
        return [(self._chunk_key(counter, chunk), chunk * span) for chunk in range(first, last + 1)]

    def _chunk_key(self, counter: str, chunk: int) -> str:
        return f"{{{counter}}}:series:{self.letter}:{chunk}"


HOURS = Series("h", unit=3_600, fields=96, keep=73 * 3_600)
DAYS = Series("d", unit=86_400, fields=100, keep=401 * 86_400)


def encode(name: str, *, cluster: bool = False) -> str:
    """`name` as it stands inside a key. Two names never share an encoding."""
    encoded = name.replace("%", "%25").replace(":", "%3A")
    return encoded.replace("{", "%7B").replace("}", "%7D") if cluster else encoded


def decode(encoded: str) -> str:
    """The name behind `encode`'s output. Any other ``%`` stays: what 0.4.3 stored as "50% off" shows as itself."""
    if "%" not in encoded:
        return encoded
    head, *rest = encoded.split("%")
    return head + "".join(_ESCAPES.get(part[:2], "%" + part[:2]) + part[2:] for part in rest)


def spellings(name: str, *, cluster: bool = False) -> list[str]:
    """The ways `name` may stand in keys, mostly just one: ours, then the other mode's, then 0.4.3's raw one."""
    return list(dict.fromkeys((encode(name, cluster=cluster), encode(name, cluster=not cluster), name)))


def experiments_key(namespace: str, *, cluster: bool = False) -> str:
    """The set of a namespace's experiments."""
    return f"{encode(namespace, cluster=cluster)}:experiments"


def counter_keys_key(namespace: str, *, cluster: bool = False) -> str:
    """The set of a namespace's counter keys."""
    return f"{encode(namespace, cluster=cluster)}:counter_keys"


def index_keys(namespace: str, *, cluster: bool = False) -> tuple[list[str], list[str]]:
    """The sets to read for a namespace, one for each spelling of its name: those of experiments, those of counters."""
    spaces = spellings(namespace, cluster=cluster)
    return [f"{space}:experiments" for space in spaces], [f"{space}:counter_keys" for space in spaces]


def experiment_counter_keys_key(namespace: str, experiment: str, *, cluster: bool = False) -> str:
    """The set of one experiment's counter keys."""
    return f"{encode(namespace, cluster=cluster)}:{encode(experiment, cluster=cluster)}:counter_keys"


def counter_key(namespace: str, experiment: str, goal: str, variant: str, *, cluster: bool = False) -> str:
    """The key that counts `goal` (or `PARTICIPATE`) for one variant."""
    names = [encode(name, cluster=cluster) for name in (namespace, experiment, goal, variant)]
    return "{}:counters:{}:{}:{}".format(*names)


def located_counters(
    namespace: str, experiments: Iterable[str], counter_keys: Iterable[str]
) -> list[tuple[str, str, str, str]]:
    """Counter keys with the names of experiment, goal and variant in them, decoded.

    0.4.3 wrote names raw, so a key may have too many parts: `experiments`, the members of the namespace's experiments
    set, then say where the experiment's name ends. The last ``:`` of the rest divides goal from variant, but a rest
    that begins with `PARTICIPATE` has it as the goal: there only the variant's name can hold the ``:``. Keys of other
    namespaces are left out.
    """
    members = set(experiments)
    prefixes = [
        f"{spelling}:counters:" for spelling in dict.fromkeys(spellings(namespace) + spellings(namespace, cluster=True))
    ]
    located = []
    for key in counter_keys:
        for prefix in prefixes:
            if key.startswith(prefix) and len(parts := key[len(prefix) :].split(":")) >= 3:
                names = parts if len(parts) == 3 else _names(parts, members)
                experiment, goal, variant = map(decode, names) if "%" in key else names
                located.append((key, experiment, goal, variant))
                break
    return located


def group_counters(
    namespace: str, experiments: Iterable[str], counter_keys: Iterable[str]
) -> dict[str, dict[tuple[str, str], list[str]]]:
    """`located_counters` by experiment, then by (goal, variant).

    One (goal, variant) may have several keys, an old raw one and a new encoded one: their counts belong together.
    An experiment without any counter is there with an empty mapping.
    """
    members = set(experiments)
    groups: dict[str, dict[tuple[str, str], list[str]]] = {decode(member): {} for member in members}
    for key, experiment, goal, variant in located_counters(namespace, members, counter_keys):
        groups.setdefault(experiment, {}).setdefault((goal, variant), []).append(key)
    return groups


def _names(parts: list[str], members: set[str]) -> list[str]:
    for end in range(len(parts) - 2, 0, -1):  # the longest known name leaves goal and variant without a colon
        experiment = ":".join(parts[:end])
        if experiment in members:
            split = end + 1 if parts[end] == PARTICIPATE else len(parts) - 1
            return [experiment, ":".join(parts[end:split]), ":".join(parts[split:])]
    return [":".join(parts[:-2]), parts[-2], parts[-1]]


def goals_of(totals: Mapping[tuple[str, str], int]) -> list[dict[str, object]]:
    """One experiment's goals in the shape of 0.4.3's answer, sorted by name, from its counts by (goal, variant).

    Every goal but `PARTICIPATE` lists every variant of the experiment; `trials` is the variant's participants.
    """
    trials = [(variant, totals.get((PARTICIPATE, variant), 0)) for variant in sorted({names[1] for names in totals})]
    return [
        {
            "goal": goal,
            "results": [
                {"label": variant, "successes": totals.get((goal, variant), 0), "trials": participants}
                for variant, participants in trials
            ],
        }
        for goal in sorted({goal for goal, _ in totals} - {PARTICIPATE})
    ]


def window_seconds(uuid_expiry_seconds: int) -> int:
    """The length of a window of remembered events."""
    return -(-uuid_expiry_seconds // 2)


def windows(now: float, length: int) -> list[int]:
    """The windows in which an event of `now` may already stand, by their first seconds; the current one first.

    Just before a boundary another container, its clock ahead, may already write to the next window.
    """
    current = int(now) // length * length
    found = [current, current - length, current - 2 * length]
    return [*found, current + length] if now + CLOCK_SKEW >= current + length else found


def living_windows(now: float, length: int) -> list[int]:
    """Every window of which nodes can exist at `now`, by its first second."""
    current = int(now) // length * length
    return list(range(current + length, current - 3 * length - CLOCK_SKEW - 1, -length))


def seen_seconds(now: float, length: int) -> int:
    """How long from `now` a node of the current window must live."""
    return int(now) // length * length + 3 * length + CLOCK_SKEW - int(now)


def digest(uuid: str) -> tuple[str, str]:
    """An event's digest: a signed 64-bit integer in decimal (Lua's numbers cannot hold one), and its hex digits."""
    raw = blake2b(uuid.encode(), digest_size=8).digest()
    return str(int.from_bytes(raw, "big", signed=True)), raw.hex()


def seen_node(counter: str, window: int, digits: str = "") -> str:
    """The node of a counter's window under these first hex digits of a digest; without digits the root."""
    root = f"{{{counter}}}:seen:{window}"
    return f"{root}:{digits}" if digits else root


def seen_path(counter: str, window: int, digits: str, levels: int = NODE_LEVELS) -> list[str]:
    """The first `levels` nodes that may hold a digest, from the root down."""
    root = f"{{{counter}}}:seen:{window}"
    return [root, *[f"{root}:{digits[:level]}" for level in range(1, levels)]]


def legacy_flag(namespace: str, experiment: str, goal: str, variant: str, uuid: str) -> str:
    """The key under which 0.4.3 remembered an event: it hashed the raw, unencoded names."""
    text = f"{namespace}:counters:{experiment}:{goal}:{variant} {uuid}"
    return _sha1_hex(text)


def script_digest(script: str) -> str:
    """The name under which a server keeps a script."""
    return _sha1_hex(script)


def _sha1_hex(text: str) -> str:
    return str(sha1(text.encode(), usedforsecurity=False).hexdigest())
