//! What only the whole can tell: cycles, stations without work, shifts over a clock change.

use twin::Plant;

use crate::{names::Names, problem::Log, read::Draft};

pub(crate) fn all(
    _log: &Log<'_>,
    _names: &Names<'_, '_>,
    _draft: &Draft,
    _plants: &[(usize, Plant)],
) {
}
