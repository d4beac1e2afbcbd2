// Graphs as lists of edges, and the cut as an observable.

/// The Heawood graph: 14 vertices, 21 edges, cubic, girth 6, bipartite; its maximum cut is 21.
fn heawood() -> (int, int)[?] {
    return concat([(i, (i + 1) % 14) for i in 0..14], [(i, (i + 5) % 14) for i in range(0, 14, 2)]);
}

/// The Petersen graph: 10 vertices, 15 edges, cubic; its maximum cut is 12.
fn petersen() -> (int, int)[?] {
    let outer = [(i, (i + 1) % 5) for i in 0..5];
    let spokes = [(i, i + 5) for i in 0..5];
    let inner = [(i + 5, (i + 2) % 5 + 5) for i in 0..5];
    return concat(concat(outer, spokes), inner);
}

/// The cube: 8 vertices, 12 edges, cubic, bipartite; its maximum cut is 12.
fn cube() -> (int, int)[?] {
    return [(i, i + step) for i in 0..8 for step in [1, 2, 4] if div(i, step) % 2 == 0];
}

/// The ring of n vertices.
fn ring(n: int) -> (int, int)[?] {
    return [(i, (i + 1) % n) for i in 0..n];
}

/// The number of edges that a bit string cuts, as an observable.
fn cut[m](edges: (int, int)[m]) -> observable {
    return sum([0.5 * (1 - Z(i) * Z(j)) for (i, j) in edges]);
}

/// The number of edges that a bit string cuts.
fn cut_size[m, n](edges: (int, int)[m], side: bool[n]) -> int {
    var size = 0;
    for (i, j) in edges {
        if side[i] != side[j] { size += 1; }
    }
    return size;
}

test "sizes of the graphs" {
    assert(len(heawood()) == 21);
    assert(len(petersen()) == 15);
    assert(len(cube()) == 12);
    assert(len(ring(5)) == 5);
}

test "the largest cut is the lowest energy" {
    assert_close(ground_energy(-1 * cut(cube())), -12.0, 1e-9);
    assert_close(ground_energy(-1 * cut(petersen())), -12.0, 1e-9);
    assert(cut_size(ring(4), [true, false, true, false]) == 4);
}
