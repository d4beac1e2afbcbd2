// Teleportation: a qubit's state moves to another one by two measured bits.
//
// Shows: measurement, branches on outcomes (real-time control), exact evaluation over the branches, and gradients through
// them. Expected: the received qubit points where the sent one did, whatever the outcomes.

/// Sends the state u(theta, phi, 0)|0> and gives the qubit that received it.
kernel teleport(theta: float, phi: float) -> qubit[1] {
    let sent = qubit[1];
    let near = qubit[1];
    let far = qubit[1];
    u(theta, phi, 0.0, sent[0]);

    h(near[0]);
    cx(near[0], far[0]);

    cx(sent[0], near[0]);
    h(sent[0]);
    let flip_phase = measure(sent[0]);
    let flip_bit = measure(near[0]);
    if flip_bit { x(far[0]); }
    if flip_phase { z(far[0]); }
    return far;
}

fn main() {
    let theta = 1.2;
    let phi = 0.7;
    let received = teleport(theta, phi);
    print("sent      X {sin(theta) * cos(phi):.6}  Y {sin(theta) * sin(phi):.6}  Z {cos(theta):.6}");
    let r = expect([X(0), Y(0), Z(0)], received);
    print("received  X {r[0]:.6}  Y {r[1]:.6}  Z {r[2]:.6}");
    print(counts(received, shots: 1000));
}

test "the direction arrives" {
    let theta = 1.2;
    let phi = 0.7;
    let r = expect([X(0), Y(0), Z(0)], teleport(theta, phi));
    assert_close(r, [sin(theta) * cos(phi), sin(theta) * sin(phi), cos(theta)], 1e-12);
}

test "a gradient passes through the measurements" {
    let theta = 0.4;
    let (z, slope) = grad expect(Z(0), teleport(theta, 0.3)) wrt theta;
    assert_close(z, cos(0.4), 1e-12);
    assert_close(slope, -sin(0.4), 1e-12);
}
