//! What the machine can do: bandwidth of memory, and multiplications a second.

use std::fmt;
use std::hint::black_box;
use std::time::Instant;

use crate::measure::median;

/// The limits.
pub struct Machine {
    threads: usize,
    /// Bytes read and written a second by scaling 256 MiB in place.
    pub bandwidth: f64,
    /// Double-precision operations a second on one thread.
    flops: Option<f64>,
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let simulator = qml_simulator::Simulator::new(1, std::sync::Arc::default());
        write!(f, "{} threads, {}, ", self.threads, simulator.instruction_set())?;
        write!(f, "{:.1} GB/s read and written", self.bandwidth / 1e9)?;
        match self.flops {
            Some(flops) => write!(f, ", {:.1} GFLOP/s in doubles on a thread", flops / 1e9),
            None => Ok(()),
        }
    }
}

/// Measures.
pub fn measure(threads: usize) -> Machine {
    let mut numbers = vec![1.0f64; 1 << 25];
    let times = (0..7).map(|_| {
        let start = Instant::now();
        std::thread::scope(|scope| {
            for part in numbers.chunks_mut((1 << 25) / threads) {
                scope.spawn(move || part.iter_mut().for_each(|x| *x *= 1.000_000_1));
            }
        });
        start.elapsed().as_secs_f64()
    });
    let bandwidth = 2.0 * 8.0 * (1u64 << 25) as f64 / median(times.collect());
    Machine { threads, bandwidth, flops: flops() }
}

#[cfg(target_arch = "x86_64")]
fn flops() -> Option<f64> {
    use std::arch::x86_64::*;
    #[target_feature(enable = "avx2,fma")]
    fn multiply(n: usize) -> __m256d {
        let mut sums = [_mm256_set1_pd(1.0); 12];
        let factor = _mm256_set1_pd(0.999_999);
        for _ in 0..n {
            for sum in &mut sums {
                *sum = _mm256_fmadd_pd(*sum, factor, factor);
            }
        }
        sums.into_iter().reduce(|a, b| _mm256_add_pd(a, b)).expect("sums")
    }
    if !is_x86_feature_detected!("avx2") || !is_x86_feature_detected!("fma") {
        return None;
    }
    let n = 1_000_000;
    let times = (0..9).map(|_| {
        let start = Instant::now();
        // SAFETY: The features were asked for.
        black_box(unsafe { multiply(black_box(n)) });
        start.elapsed().as_secs_f64()
    });
    Some((n * 12 * 8) as f64 / median(times.collect()))
}

#[cfg(not(target_arch = "x86_64"))]
fn flops() -> Option<f64> {
    None
}
