OPENQASM 3.0;
include "stdgates.inc";
bit[2] c;
int switch_dummy;
qubit[2] q;
h q[0];
h q[1];
c[0] = measure q[0];
c[1] = measure q[1];
switch_dummy = c;
switch (switch_dummy) {
  case 0 {
    x q[0];
  }
  case 1, 2 {
    x q[1];
  }
  default {
    h q[0];
  }
}
c[0] = measure q[0];
c[1] = measure q[1];
