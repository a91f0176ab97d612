//! The checksum of a part's file: it finds damage, not malice.
//!
//! Owns [`Checksum`]. Four lanes of exclusive-or, multiplication by an odd number and rotation: each step can be undone, so a
//! single changed byte always gives another sum, and the four run side by side at the speed of memory.
//!
//! Invariant: the sum does not depend on how the bytes were dealt into blocks.

/// Bytes that one step takes.
const STRIPE: usize = 32;

/// An odd number with bits all over (the fraction of the golden ratio).
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

/// A sum of the bytes so far.
#[derive(Clone, Debug)]
pub(super) struct Checksum {
    lanes: [u64; 4],
    length: u64,
    /// Bytes that do not fill a stripe yet.
    rest: Vec<u8>,
}

impl Default for Checksum {
    fn default() -> Self {
        Self {
            lanes: [1, 2, 3, 4],
            length: 0,
            rest: Vec::with_capacity(STRIPE),
        }
    }
}

impl Checksum {
    /// Takes the next bytes.
    pub(super) fn update(&mut self, mut bytes: &[u8]) {
        self.length += bytes.len() as u64;
        if !self.rest.is_empty() {
            let more = (STRIPE - self.rest.len()).min(bytes.len());
            self.rest.extend_from_slice(&bytes[..more]);
            bytes = &bytes[more..];
            if self.rest.len() < STRIPE {
                return;
            }
            let full = std::mem::take(&mut self.rest);
            step(&mut self.lanes, &full);
        }
        let stripes = bytes.chunks_exact(STRIPE);
        self.rest.extend_from_slice(stripes.remainder());
        for stripe in stripes {
            step(&mut self.lanes, stripe);
        }
    }

    /// The sum.
    pub(super) fn finish(mut self) -> u64 {
        if !self.rest.is_empty() {
            self.rest.resize(STRIPE, 0);
            step(&mut self.lanes, &self.rest);
        }
        let [a, b, c, d] = self.lanes;
        let sum = a ^ b.rotate_left(16) ^ c.rotate_left(32) ^ d.rotate_left(48);
        (sum ^ self.length).wrapping_mul(ODD)
    }
}

fn step(lanes: &mut [u64; 4], stripe: &[u8]) {
    for (lane, word) in lanes.iter_mut().zip(stripe.chunks_exact(8)) {
        let word = u64::from_le_bytes(word.try_into().expect("a chunk of eight bytes"));
        *lane = (*lane ^ word).wrapping_mul(ODD).rotate_left(29);
    }
}
