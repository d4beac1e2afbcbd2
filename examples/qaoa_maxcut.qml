// MaxCut on the Heawood graph by QAOA, at angles known beforehand and after training.
//
// Shows: an observable built from a graph, fixed angles, training from them, sampling. Expected: 14.54145188 of 21 edges
// at p = 1 and 15.87403539 at p = 2 with the fixed angles (arXiv:2107.00677).

use std.graph.{heawood, cut, cut_size};

kernel qaoa[p, m](gamma: float[p], beta: float[p], edges: (int, int)[m], n: int) -> qubit[n] {
    let q = qubit[n];
    h(q);
    for k in 0..p {
        for (i, j) in edges {
            rzz(-gamma[k], q[i], q[j]);                  // exp(-i gamma C), C the number of cut edges
        }
        rx(2.0 * beta[k], q);
    }
    return q;
}

fn main() {
    let edges = heawood();
    let c = cut(edges);
    let gamma1 = atan(1.0 / sqrt(2.0));
    print("p = 1: {expect(c, qaoa([gamma1], [pi / 8], edges, 14)):.8}");

    var gamma = [0.4878, 0.8979];
    var beta = [0.5550, 0.2924];
    print("p = 2: {expect(c, qaoa(gamma, beta, edges, 14)):.6} at the published angles");
    optimize (gamma, beta) with adam(lr: 0.01), steps: 100 {
        maximize expect(c, qaoa(gamma, beta, edges, 14));
    }
    print("p = 2: {expect(c, qaoa(gamma, beta, edges, 14)):.8} after training");

    let shots = samples(qaoa(gamma, beta, edges, 14), shots: 200);
    print("best of 200 shots: {max([cut_size(edges, side) for side in shots])} of {len(edges)}");
}

test "fixed angles give the published expectations" {
    let edges = heawood();
    let c = cut(edges);
    assert_close(expect(c, qaoa([atan(1.0 / sqrt(2.0))], [pi / 8], edges, 14)), 14.54145188, 1e-6);

    var gamma = [0.4878, 0.8979];
    var beta = [0.5550, 0.2924];
    optimize (gamma, beta) with adam(lr: 0.01), steps: 200 {
        maximize expect(c, qaoa(gamma, beta, edges, 14));
    }
    assert_close(expect(c, qaoa(gamma, beta, edges, 14)), 15.87403539, 1e-6);
}
