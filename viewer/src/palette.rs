//! Colours and patterns by name. The page hands over those of its style sheet, so that table,
//! legend and picture never differ and a dark page has a dark picture.

use std::collections::BTreeMap;

/// Names that a palette may hold; more are ignored.
const MOST_NAMES: usize = 128;

/// What a surface is filled with besides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Pattern {
    /// Nothing.
    #[default]
    Solid = 0,
    /// Lines rising to the right.
    Rising = 1,
    /// Lines falling to the right.
    Falling = 2,
    /// Dots.
    Dots = 3,
    /// Upright lines.
    Vertical = 4,
    /// Level lines.
    Horizontal = 5,
    /// Lines in both directions.
    Cross = 6,
    /// A sparse grid on the bare colour.
    Hollow = 7,
    /// Waves.
    Water = 8,
    /// A fine net of lines on the ground, the same in metres at any distance.
    Net = 9,
    /// A chequerboard. This and what follows are for stages of the product alone, so that no
    /// block looks like a station in some state.
    Checks = 10,
    /// Small upright crosses.
    Plus = 11,
    /// Rings.
    Rings = 12,
    /// Courses of bricks.
    Bricks = 13,
    /// Level waves.
    Waves = 14,
    /// Filled diamonds.
    Diamonds = 15,
}

impl Pattern {
    fn named(name: &str) -> Self {
        match name {
            "rising" => Self::Rising,
            "falling" => Self::Falling,
            "dots" => Self::Dots,
            "vertical" => Self::Vertical,
            "horizontal" => Self::Horizontal,
            "cross" => Self::Cross,
            "hollow" => Self::Hollow,
            "water" => Self::Water,
            "net" => Self::Net,
            "checks" => Self::Checks,
            "plus" => Self::Plus,
            "rings" => Self::Rings,
            "bricks" => Self::Bricks,
            "waves" => Self::Waves,
            "diamonds" => Self::Diamonds,
            _ => Self::Solid,
        }
    }
}

/// How an item's coloured parts look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Look {
    /// Red, green, blue as in a style sheet.
    pub rgb: [u8; 3],
    /// The pattern over it.
    pub pattern: Pattern,
    /// Drawn so that one sees through: something that is not there yet.
    pub ghost: bool,
    /// Brightens and dims, unless the reader wants no motion.
    pub pulse: bool,
    /// The pointer is over it.
    pub hovered: bool,
    /// Its values are old: drawn paler.
    pub stale: bool,
    /// Not shaded: signs, frames.
    pub flat: bool,
}

impl Look {
    /// A plain colour.
    pub fn plain(rgb: [u8; 3]) -> Self {
        Self { rgb, ..Self::default() }
    }

    /// The two texels that the shader reads: colour and pattern, then flags.
    pub fn texels(&self, motion: bool) -> [u8; 8] {
        let [r, g, b] = self.rgb;
        let flags = u8::from(self.ghost)
            | u8::from(self.pulse) << 1
            | u8::from(self.hovered) << 2
            | u8::from(self.stale) << 3
            | u8::from(self.flat) << 4
            | u8::from(motion) << 5;
        [r, g, b, self.pattern as u8, flags, 0, 0, 255]
    }
}

/// Looks by name: `state.<state>`, `stage.<stage>`, `ground`, `water`, `floor`, …
#[derive(Clone, Debug, Default)]
pub struct Palette {
    looks: BTreeMap<String, Look>,
}

impl Palette {
    /// Reads `{"name": ["#rrggbb", "pattern"], …}`.
    ///
    /// # Errors
    /// The text is not such an object; a colour that cannot be read is left out.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        let named: BTreeMap<String, (String, String)> = serde_json::from_str(text)?;
        let read = named.into_iter().take(MOST_NAMES).filter_map(|(name, (colour, pattern))| {
            let look = Look { pattern: Pattern::named(&pattern), ..Look::plain(hex(&colour)?) };
            Some((name, look))
        });
        Ok(Self { looks: read.collect() })
    }

    /// The look of a name; a loud magenta for one that nobody gave.
    pub fn look(&self, name: &str) -> Look {
        self.looks.get(name).copied().unwrap_or(Look::plain([255, 0, 255]))
    }

    /// The look of a state of a unit or of something that moves.
    pub fn state(&self, state: &str) -> Look {
        let key = format!("state.{state}");
        self.looks.get(&key).copied().unwrap_or_else(|| self.look("state.unknown"))
    }

    /// The look of a stage of a part of the product.
    pub fn stage(&self, stage: &str) -> Look {
        self.look(&format!("stage.{stage}"))
    }
}

fn hex(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#')?;
    let level = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    (digits.len() == 6).then(|| Some([level(0)?, level(2)?, level(4)?]))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_hands_over_its_colours() {
        let text = r##"{"state.down": ["#c8421a", "cross"], "ground": ["#EEF2F5", "solid"],
            "stage.ready": ["#a06c3c", "diamonds"],
            "bad": ["red", "solid"], "short": ["#12", "dots"], "state.unknown": ["#ffffff", "hollow"]}"##;
        let palette = Palette::from_json(text).unwrap();
        let down = palette.state("down");
        assert_eq!((down.rgb, down.pattern), ([200, 66, 26], Pattern::Cross));
        assert_eq!(palette.stage("ready").pattern, Pattern::Diamonds);
        assert_eq!(palette.look("ground").rgb, [238, 242, 245]);
        assert_eq!(palette.look("bad").rgb, [255, 0, 255]);
        assert_eq!(palette.look("short").rgb, [255, 0, 255]);
        assert_eq!(palette.state("a-state-of-tomorrow").pattern, Pattern::Hollow);
        assert!(Palette::from_json("[1]").is_err());
    }

    #[test]
    fn flags_reach_the_shader() {
        let look = Look { ghost: true, hovered: true, ..Look::plain([1, 2, 3]) };
        assert_eq!(look.texels(false), [1, 2, 3, 0, 0b101, 0, 0, 255]);
        assert_eq!(look.texels(true)[4], 0b10_0101);
    }
}
