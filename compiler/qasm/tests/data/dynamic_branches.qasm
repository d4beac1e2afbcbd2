OPENQASM 3.0;
include "stdgates.inc";
bit[3] c;
qubit[2] q;
h q[0];
h q[1];
c[0] = measure q[0];
c[1] = measure q[1];
if (c < 2) {
  ry(0.3) q[0];
} else {
  x q[0];
  if (!c[0]) {
    ry(0.9) q[1];
  }
}
if (c[0] || !c[1]) {
  reset q[0];
  ry(0.4) q[0];
}
if ((c & 3) == 3) {
  x q[0];
}
c[2] = measure q[0];
