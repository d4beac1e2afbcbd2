//! Small kernels against the dense oracle.
