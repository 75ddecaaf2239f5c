"""When the characters of a stream came: summing up to the answer, in order, and few."""

from hypothesis import given
from hypothesis import strategies as st

from workers.providers.timing import JOINED_MS, MOST_PIECES, pieces

steps = st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 900), st.integers(0, 40)), min_size=1, max_size=400)


def test_the_time_of_a_piece_is_when_its_event_was_whole():
    arrivals = [(100, 10), (200, 25), (900, 40)]
    assert pieces([(10, 3), (24, 4), (26, 5)], arrivals, 12) == ((100, 3), (200, 4), (900, 5))


def test_close_pieces_are_joined():
    arrivals = [(100, 10), (100 + JOINED_MS - 1, 20), (100 + JOINED_MS, 30)]
    assert pieces([(10, 3), (20, 4), (30, 5)], arrivals, 12) == ((100, 7), (100 + JOINED_MS, 5))


def test_what_stands_before_the_answer_is_left_out():
    arrivals = [(100, 10), (200, 20), (300, 30)]
    assert pieces([(10, 8), (20, 5), (30, 5)], arrivals, 7) == ((200, 2), (300, 5))


def test_nothing_came_or_nobody_looked():
    assert pieces([], [(1, 1)], 3) == ()
    assert pieces([(1, 3)], [], 3) == ()
    assert pieces([(1, 3)], [(1, 1)], 0) == ()


@given(steps, st.integers(0, 20_000))
def test_they_sum_up_and_are_few(moves, length):
    arrivals, said, now, reached = [], [], 0, 0
    for pause, more, characters in moves:
        now, reached = now + pause, reached + more
        arrivals.append((now, reached))
        said.append((reached, characters))
    told = pieces(said, arrivals, length)
    assert sum(count for _, count in told) == length
    assert len(told) <= MOST_PIECES
    assert [moment for moment, _ in told] == sorted({moment for moment, _ in told})
