//! Checks the place of an accessor's values before the `gltf` crate reads them.
//!
//! The iterators of that crate subtract from counts, add offsets and cut slices on trust, and
//! panic where a file lies. After [`check`] every number they use lies within the binary chunk.
//!
//! Source: Khronos glTF 2.0 specification, section 3.6.2 "Accessors".

use gltf::accessor::sparse::Sparse;
use gltf::{Accessor, buffer};

use crate::error::Problem;

/// Checks that all values of an accessor lie in `bin` and are no more than `limit`; `what` names
/// them in the error.
pub(crate) fn check(
    accessor: &Accessor<'_>,
    bin: &[u8],
    (what, limit): (&'static str, usize),
) -> Result<(), Problem> {
    let broken = |reason| Problem::Accessor { index: accessor.index() as u32, reason };
    let (count, element) = (accessor.count(), accessor.size());
    if count > limit {
        return Err(Problem::TooMany { what, count: count as u64, limit: limit as u64 });
    }
    if count == 0 {
        return Err(broken("it has no elements"));
    }
    if let Some(view) = accessor.view() {
        if stride(&view, element) < element {
            return Err(broken("its elements overlap"));
        }
        let place = Place { offset: accessor.offset(), element, count };
        place.bytes(&view, bin).ok_or(broken("it reaches beyond its buffer"))?;
    }
    match accessor.sparse() {
        Some(sparse) if !sparse_fits(&sparse, bin, element, count) => {
            Err(broken("its sparse part is wrong"))
        }
        _ => Ok(()),
    }
}

/// Equally spaced elements in a buffer view.
struct Place {
    offset: usize,
    element: usize,
    count: usize,
}

impl Place {
    /// Returns the bytes from the first element to the last, or none when any lies outside.
    fn bytes<'a>(&self, view: &buffer::View<'_>, bin: &'a [u8]) -> Option<&'a [u8]> {
        // Only the first buffer can be the GLB's own; others were refused before.
        if view.buffer().index() != 0 {
            return None;
        }
        let whole = bin.get(view.offset()..view.offset().checked_add(view.length())?)?;
        let before_last = stride(view, self.element).checked_mul(self.count.checked_sub(1)?)?;
        let end = self.offset.checked_add(before_last)?.checked_add(self.element)?;
        whole.get(self.offset..end)
    }
}

fn stride(view: &buffer::View<'_>, element: usize) -> usize {
    view.stride().unwrap_or(element)
}

/// Says whether the replaced values lie in `bin`, and their indices rise and name values.
fn sparse_fits(sparse: &Sparse<'_>, bin: &[u8], element: usize, count: usize) -> bool {
    let (indices, values) = (sparse.indices(), sparse.values());
    let index_size = indices.index_type().size();
    let (index_view, value_view) = (indices.view(), values.view());
    let index_place =
        Place { offset: indices.offset(), element: index_size, count: sparse.count() };
    let value_place = Place { offset: values.offset(), element, count: sparse.count() };
    let Some(bytes) = index_place.bytes(&index_view, bin) else { return false };
    let step = stride(&index_view, index_size);
    let found: Vec<u64> =
        bytes.chunks(step).map(|raw| little_endian(&raw[..index_size.min(raw.len())])).collect();
    sparse.count() <= count
        && step >= index_size
        && stride(&value_view, element) >= element
        && value_place.bytes(&value_view, bin).is_some()
        && found.is_sorted_by(|a, b| a < b)
        && found.last().is_some_and(|last| *last < count as u64)
}

fn little_endian(raw: &[u8]) -> u64 {
    raw.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}
