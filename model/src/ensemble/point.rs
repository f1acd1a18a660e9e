//! Which numbered draw the parts of a point of a run come from: as a rule all of them from one.

/// A group of what is drawn; groups are independent of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// What happens, and when, given the weights of politics.
    Events,
    /// The errors of the fitted weights of politics.
    Politics,
    /// Trade elasticities.
    Elasticities,
    /// The effect of deep agreements on trade in goods.
    Depth,
    /// The share of barriers to services that agreements remove.
    Services,
    /// The share of trade that claims a preference.
    Utilisation,
    /// The share of capital in value added.
    Capital,
    /// Growth of every country in the baseline.
    Growth,
}

impl Group {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Events,
        Self::Politics,
        Self::Elasticities,
        Self::Depth,
        Self::Services,
        Self::Utilisation,
        Self::Capital,
        Self::Growth,
    ];

    /// Name in the tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Politics => "politics",
            Self::Elasticities => "elasticities",
            Self::Depth => "depth",
            Self::Services => "services_cuts",
            Self::Utilisation => "utilisation",
            Self::Capital => "capital_shares",
            Self::Growth => "growth",
        }
    }
}

/// The draw of each group, in the order of [`Group::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point([u64; Group::ALL.len()]);

impl Point {
    /// Everything from one draw.
    #[must_use]
    pub fn of(draw: u64) -> Self {
        Self([draw; Group::ALL.len()])
    }

    /// The same with one group from another draw.
    #[must_use]
    pub fn with(mut self, group: Group, draw: u64) -> Self {
        self.0[group as usize] = draw;
        self
    }

    /// The draw that a group comes from.
    #[must_use]
    pub fn draw(&self, group: Group) -> u64 {
        self.0[group as usize]
    }
}
