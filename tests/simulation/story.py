"""A seed as a story: what people, Tieout and chance did, in the order of time."""

from collections.abc import Iterator

from tests.simulation.scene import Scene


def story(scene: Scene) -> list[str]:
    """One line for each write that took effect, each operation planned, each entry of the history; then the pairs."""
    moments = sorted([*_effects(scene), *_plans(scene), *_notes(scene)])
    return [f"{at} {line}" for at, line in moments] + list(_pairs(scene))


def _effects(scene: Scene) -> Iterator[tuple[str, str]]:
    for one in scene.effects:
        yield f"{one.at:%H:%M:%S.%f}", f"{one.who}: {one.act} {one.entity} {one.id} in {one.side} {one.sent}"


def _plans(scene: Scene) -> Iterator[tuple[str, str]]:
    for move in scene.moves:
        one, end = move.entry.operation, move.result
        why = end.why or (end.fault.text if end.fault is not None else "")
        what = f"{one.verb} {one.kind} {one.target} in {move.entry.side} for pair {move.entry.pair}"
        yield (
            f"{move.planned:%H:%M:%S.%f}",
            f"planned: {what} {one.fields or one.properties} → {move.state} {end.id} {why}",
        )


def _notes(scene: Scene) -> Iterator[tuple[str, str]]:
    for note in scene.notes:
        yield f"{note.at:%H:%M:%S.%f}", f"history: {note.what} pair {note.pair} {note.details}"


def _pairs(scene: Scene) -> Iterator[str]:
    for one in scene.pairs:
        linked_at, why = scene.linked_why[one.id]
        yield (
            f"pair {one.id} {one.pair.kind} {one.crm_id}/{one.books_id}: {one.state} {one.cause} {one.story.evidence} "
            f"{one.story.differences} {dict(one.pair.choices)} linked {linked_at} {why}"
        )
