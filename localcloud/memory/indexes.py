"""Keep the order of items in the in-memory table and its indexes, and find the items that a query selects."""

from bisect import bisect_left, bisect_right, insort

from localcloud.memory.expressions import KEYS, Item, check_key, invalid, operands, parsed

Place = tuple[str, str, str]
"""The position of an item in an index: the index's sort key, then the table's two keys."""

INDEXES = {f"by_{name}": (f"{name}_pk", f"{name}_sk") for name in ("buyer", "seller", "due", "work", "case")}


class Index:
    """Items by one pair of keys: for each partition, the places in order."""

    def __init__(self, names: tuple[str, str]) -> None:
        """Sort by these keys."""
        self.names = names
        self.partitions: dict[str, list[Place]] = {}

    def copy(self) -> "Index":
        """Return an index with the same places, which changes by itself."""
        copied = Index(self.names)
        copied.partitions = {partition: list(places) for partition, places in self.partitions.items()}
        return copied

    def place(self, item: Item | None) -> tuple[str, Place] | None:
        """Return the partition and place of an item, or None for one that the index leaves out."""
        pk, sk = self.names
        if item is None or pk not in item or sk not in item:
            return None
        return item[pk]["S"], (item[sk]["S"], item["pk"]["S"], item["sk"]["S"])

    def move(self, old: Item | None, new: Item | None) -> None:
        """Move an item from the place of ``old`` to that of ``new``; None stands for no item."""
        before, after = self.place(old), self.place(new)
        if before == after:
            return
        if before:
            places = self.partitions[before[0]]
            del places[bisect_left(places, before[1])]
        if after:
            insort(self.partitions.setdefault(after[0], []), after[1])

    def range(self, places: list[Place], test: str, operand: str) -> tuple[int, int]:
        """Return the begin and end of the places whose sort key passes ``test``."""

        def sort_key(place: Place) -> str:
            return place[0][: len(operand)] if test == "begins_with" else place[0]

        left, right = bisect_left(places, operand, key=sort_key), bisect_right(places, operand, key=sort_key)
        ends = {"<": (0, left), "<=": (0, right), ">": (right, len(places)), ">=": (left, len(places))}
        return ends.get(test, (left, right))


def selected(index: Index, expression: str, values: Item) -> tuple[str, int, int]:
    """Return the partition that a key condition names, and the begin and end of the places that it selects."""
    _, terms = parsed(expression)
    given = operands(terms, values, "Query")
    of_pk, of_sk = [t for t in terms if t.name == index.names[0]], [t for t in terms if t.name == index.names[1]]
    of_sk_at_most = 2 if " BETWEEN " in expression else 1
    well_formed = " OR " not in expression and len(of_pk) + len(of_sk) == len(terms) and len(of_sk) <= of_sk_at_most
    if not well_formed or len(of_pk) != 1 or of_pk[0].test != "=" or any(not t.operand for t in terms):
        raise invalid("Query key condition not supported", "Query")
    for term in terms:
        check_key(term.name, given[str(term.operand)], "Query")
    partition = given[str(of_pk[0].operand)]["S"]
    places = index.partitions.get(partition, [])
    if not of_sk:
        return partition, 0, len(places)
    ranges = [index.range(places, term.test, given[str(term.operand)]["S"]) for term in of_sk]
    low = max(begin for begin, _ in ranges)
    return partition, low, max(low, min(end for _, end in ranges))


def start_of(index: Index, partition: str, key: Item) -> Place:
    """Return the place after which a page starts. The item of that place may be gone."""
    if set(key) != {*KEYS, *index.names}:
        raise invalid("The provided starting key is invalid", "Query")
    for name, attribute in key.items():
        check_key(name, attribute, "Query")
    placed = index.place(key)
    if placed is None or placed[0] != partition:
        raise invalid("The provided starting key is outside query boundaries based on provided conditions", "Query")
    return placed[1]
