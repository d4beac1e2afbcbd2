//! How far each level searches for a layout and a routing.

/// How far to search, in steps that do not depend on the machine.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Blocks that may be routed from first layouts: small circuits get more trials than large ones.
    pub blocks: usize,
    /// Fewest and most layouts to start from.
    pub starts: [usize; 2],
    /// Most trials that go on after the first round.
    pub kept: usize,
    /// Blocks of all trials that go on.
    pub kept_blocks: usize,
    /// Blocks in a stretch of those that go on.
    pub stretch: usize,
    /// Ways that are tried for each stretch.
    pub n_ways: usize,
    /// Fewest and most rounds of that, each from another start: small circuits get more, up to so many blocks.
    pub rounds: [usize; 2],
    /// Blocks of all rounds.
    pub round_blocks: usize,
    /// Searches that go on after their first round.
    pub raced: usize,
    /// Ways that are returned.
    pub best: usize,
}

impl Effort {
    /// The effort of a level; none at 0.
    pub fn of_level(level: u8) -> Option<Self> {
        match level {
            0 => None,
            1 => Some(Self {
                blocks: 500,
                starts: [2, 8],
                kept: 1,
                kept_blocks: 0,
                stretch: 10,
                n_ways: 0,
                rounds: [0, 0],
                round_blocks: 0,
                raced: 0,
                best: 1,
            }),
            2 => Some(Self {
                blocks: 500,
                starts: [3, 24],
                kept: 1,
                kept_blocks: 1500,
                stretch: 20,
                n_ways: 4,
                rounds: [1, 8],
                round_blocks: 300,
                raced: 1,
                best: 1,
            }),
            _ => Some(Self {
                blocks: 8000,
                starts: [16, 64],
                kept: 8,
                kept_blocks: 6000,
                stretch: 20,
                n_ways: 8,
                rounds: [1, 12],
                round_blocks: 2000,
                raced: 4,
                best: 6,
            }),
        }
    }
}
