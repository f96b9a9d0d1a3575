//! Colours of the meshes: muted industrial ones that keep, and one that takes the state's.

/// A colour and whether the state is multiplied onto it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paint {
    /// Linear red, green, blue in 65,535ths.
    pub(super) linear: [u16; 3],
    /// Alpha in the file: all for parts that take the state's colour, nothing for others.
    pub(super) alpha: u16,
}

impl Paint {
    /// Near white that takes the colour of the unit's state.
    pub const STATE: Self = Self { alpha: u16::MAX, ..Self::own(0xF2F2EE) };
    /// The same a little darker, so that neighbouring parts stay apart.
    pub const STATE_SHADE: Self = Self { alpha: u16::MAX, ..Self::own(0xCFD0CE) };
    /// Cast concrete.
    pub const CONCRETE: Self = Self::own(0xB3B0A6);
    /// Concrete in the shade or worn.
    pub const FLOOR: Self = Self::own(0x8B8C89);
    /// Bare steel.
    pub const STEEL: Self = Self::own(0x8A939A);
    /// Painted machine body.
    pub const MACHINE: Self = Self::own(0x6F8A92);
    /// Structural frames.
    pub const FRAME: Self = Self::own(0x44617C);
    /// Dark fittings, door leaves, openings.
    pub const DARK: Self = Self::own(0x363C42);
    /// Tyres, fenders.
    pub const RUBBER: Self = Self::own(0x232629);
    /// Things that lift or move.
    pub const YELLOW: Self = Self::own(0xD3A23A);
    /// Primed steel plates.
    pub const PRIMER: Self = Self::own(0x93584A);
    /// Earth covered with grass.
    pub const GRASS: Self = Self::own(0x66794F);
    /// Wooden pallets and crates.
    pub const WOOD: Self = Self::own(0xA98655);
    /// Plain transport cases.
    pub const CASE: Self = Self::own(0x7D8068);
    /// Window glass.
    pub const GLASS: Self = Self::own(0x56788A);
    /// Light cladding.
    pub const CLADDING: Self = Self::own(0xCCC8BC);
    /// Something hot.
    pub const GLOW: Self = Self::own(0xD0752F);

    /// A colour that keeps, from sRGB as `0xRRGGBB`.
    pub const fn own(srgb: u32) -> Self {
        let linear =
            [to_linear(srgb >> 16 & 255), to_linear(srgb >> 8 & 255), to_linear(srgb & 255)];
        Self { linear, alpha: 0 }
    }
}

/// A cubic that follows the sRGB curve within 0.004; unlike the power function it is made of
/// operations whose last bit is the same on every machine.
const fn to_linear(level: u32) -> u16 {
    let c = level as f64 / 255.0;
    let value = c * (c * (c * 0.305306011 + 0.682171111) + 0.012522878);
    (value * 65_535.0) as u16
}
