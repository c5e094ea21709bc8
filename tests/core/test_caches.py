"""Each cache keeps what its rule says, and makes nothing twice that it keeps."""

from voipadmin.core.runtime.caches import ROUNDS_KEPT, BoundedCache, RoundCache, VersionedCache


def test_a_value_that_is_used_in_every_round_is_made_once() -> None:
    made: list[str] = []

    def make(key: str) -> str:
        made.append(key)
        return key.upper()

    cache: RoundCache[str] = RoundCache()
    for _ in range(5 * ROUNDS_KEPT):
        cache.begin_round()
        assert cache.get_or_make("always", make) == "ALWAYS"
    assert made == ["always"]


def test_a_value_that_is_no_longer_used_goes_after_thirty_two_to_sixty_four_rounds() -> None:
    cache: RoundCache[str] = RoundCache()
    cache.get_or_make("once", str)
    for _ in range(ROUNDS_KEPT):
        cache.begin_round()
    assert len(cache) == 1
    for _ in range(ROUNDS_KEPT):
        cache.begin_round()
    assert len(cache) == 0


def test_a_value_is_made_again_for_another_version_of_its_source() -> None:
    made: list[str] = []

    def make() -> int:
        made.append("again")
        return len(made)

    cache: VersionedCache[int] = VersionedCache()
    assert [cache.get_or_make("key", version, make) for version in ("a", "a", "b", "b", "a")] == [1, 1, 2, 2, 3]
    assert cache.replace("key", "a", make) == 4
    assert cache.get_or_make("key", "a", make) == 4


def test_the_value_that_was_used_longest_ago_makes_room() -> None:
    cache: BoundedCache[str, int] = BoundedCache(2)
    cache.put("first", 1)
    cache.put("second", 2)
    assert cache.get("first") == 1
    cache.put("third", 3)
    assert [cache.get(key) for key in ("first", "second", "third")] == [1, None, 3]
