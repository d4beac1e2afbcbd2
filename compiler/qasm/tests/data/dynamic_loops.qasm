OPENQASM 3.0;
include "stdgates.inc";
bit[2] c;
qubit[2] q;
for int i in [1:3] {
  ry(0.2*i) q[0];
  cx q[0], q[1];
}
for int _ in {0, 2, 5} {
  h q[1];
}
for int i in [0:2:4] {
  rx(i/3) q[0];
}
c[0] = measure q[0];
c[1] = measure q[1];
