from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from models.retention_runs import pair_clusters


def clusters(n_people: int, links: list[tuple[int, int]]) -> list[int]:
    people = pd.Index([f"p{i}" for i in range(n_people)])
    ids = [(f"p{one}", f"p{other}") for one, other in links]
    pairs = pd.DataFrame(ids, columns=["mentor_person_id", "mentee_person_id"])
    return pair_clusters(people, pairs).tolist()


def test_people_are_one_cluster_through_a_shared_mentor():
    assert clusters(6, [(1, 4), (1, 2), (5, 4)]) == [0, 1, 1, 2, 1, 1]


def test_a_pair_of_unknown_people_joins_nobody():
    assert clusters(3, [(0, 99), (98, 2)]) == [0, 1, 2]
    assert clusters(3, []) == [0, 1, 2]


def test_clusters_are_the_connected_components_of_the_pairs():
    random = np.random.default_rng(3)
    chain = [(i, i + 1) for i in range(40, 0, -1)]
    for size in (5, 60, 120):
        links = [*random.integers(0, 200, (size, 2)).tolist(), *chain]
        one, other = np.array(links).T
        graph = coo_array((np.ones(len(links)), (one, other)), shape=(200, 200))
        assert clusters(200, links) == connected_components(graph, directed=False)[1].tolist()
