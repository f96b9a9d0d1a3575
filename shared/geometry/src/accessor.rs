//! Reads accessors of a glTF file: every offset and count is checked before memory is touched.
//!
//! Source: Khronos glTF 2.0 specification, section 3.6.2 "Accessors".

use gltf_json::accessor::{Accessor, ComponentType, Type};
use gltf_json::validation::Checked;
use gltf_json::{Index, Root};

use crate::error::Problem;

/// An accessor's values as they are stored, element after element without gaps.
pub(crate) struct Values {
    /// Type of each component.
    pub component: ComponentType,
    /// Components in each element, 1 to 4.
    pub width: usize,
    bytes: Vec<u8>,
    normalized: bool,
}

impl Values {
    /// Reads at most `limit` elements; `what` names them in the error.
    pub(crate) fn read(
        root: &Root,
        bin: &[u8],
        index: Index<Accessor>,
        (what, limit): (&'static str, usize),
    ) -> Result<Self, Problem> {
        let number = index.value() as u32;
        let broken = |reason| Problem::Accessor { index: number, reason };
        let accessor = root
            .accessors
            .get(index.value())
            .ok_or(Problem::Missing { what: "accessor", index: u64::from(number) })?;
        let count = accessor.count.0;
        if count > limit as u64 {
            return Err(Problem::TooMany { what, count, limit: limit as u64 });
        }
        let Checked::Valid(component) = accessor.component_type else {
            return Err(broken("unknown component type"));
        };
        let Checked::Valid(type_) = accessor.type_ else {
            return Err(broken("unknown type"));
        };
        let width = match type_ {
            Type::Scalar => 1,
            Type::Vec2 => 2,
            Type::Vec3 => 3,
            Type::Vec4 => 4,
            Type::Mat2 | Type::Mat3 | Type::Mat4 => return Err(broken("a matrix is not expected")),
        };
        let element = width * component.0.size();
        let count = count as usize;
        let mut bytes = match accessor.buffer_view {
            Some(view) => {
                let offset = accessor.byte_offset.map_or(0, |offset| offset.0);
                let place = Place { view: view.value(), offset, element, count };
                place.gather(root, bin).ok_or(broken("it reaches beyond its buffer"))?
            }
            None if accessor.sparse.is_some() => vec![0; count * element],
            None => return Err(broken("it has no data")),
        };
        if let Some(sparse) = &accessor.sparse {
            overlay(root, bin, sparse, &mut bytes, element)
                .ok_or(broken("its sparse part is wrong"))?;
        }
        Ok(Self { component: component.0, width, bytes, normalized: accessor.normalized })
    }

    /// Returns the components of each element as floats, normalised where the file says so.
    pub(crate) fn floats(&self) -> impl Iterator<Item = Vec<f32>> + '_ {
        let size = self.component.size();
        let element = size * self.width;
        self.bytes
            .chunks_exact(element)
            .map(move |element| element.chunks_exact(size).map(|raw| self.float(raw)).collect())
    }

    /// Returns whole numbers, for indices.
    pub(crate) fn whole(&self) -> impl Iterator<Item = u32> + '_ {
        self.bytes.chunks_exact(self.component.size()).map(|raw| little_endian(raw) as u32)
    }

    fn float(&self, raw: &[u8]) -> f32 {
        let bits = little_endian(raw);
        let (value, full) = match self.component {
            ComponentType::F32 => return f32::from_bits(bits as u32),
            ComponentType::U8 => (bits as f32, f32::from(u8::MAX)),
            ComponentType::U16 => (bits as f32, f32::from(u16::MAX)),
            ComponentType::U32 => (bits as f32, u32::MAX as f32),
            ComponentType::I8 => (f32::from(bits as u8 as i8), f32::from(i8::MAX)),
            ComponentType::I16 => (f32::from(bits as u16 as i16), f32::from(i16::MAX)),
        };
        if self.normalized { (value / full).max(-1.0) } else { value }
    }
}

/// Equally spaced elements in a buffer view.
struct Place {
    view: usize,
    offset: u64,
    element: usize,
    count: usize,
}

impl Place {
    /// Returns the elements without gaps, or none when any of them lies outside.
    fn gather(&self, root: &Root, bin: &[u8]) -> Option<Vec<u8>> {
        let view = root.buffer_views.get(self.view)?;
        // Only the first buffer can be the GLB's own; others were refused before.
        if view.buffer.value() != 0 {
            return None;
        }
        let start = usize::try_from(view.byte_offset.map_or(0, |offset| offset.0)).ok()?;
        let length = usize::try_from(view.byte_length.0).ok()?;
        let bytes = bin.get(start..start.checked_add(length)?)?;
        let stride = view.byte_stride.map_or(self.element, |stride| stride.0.max(self.element));
        let mut out = Vec::new();
        let mut from = usize::try_from(self.offset).ok()?;
        if self.count > 0 {
            // The last element is checked first, so that a false count reserves nothing.
            let last = from.checked_add(stride.checked_mul(self.count - 1)?)?;
            bytes.get(last..last.checked_add(self.element)?)?;
            out.reserve_exact(self.count.checked_mul(self.element)?);
        }
        for _ in 0..self.count {
            out.extend_from_slice(bytes.get(from..from + self.element)?);
            from += stride;
        }
        Some(out)
    }
}

fn overlay(
    root: &Root,
    bin: &[u8],
    sparse: &gltf_json::accessor::sparse::Sparse,
    bytes: &mut [u8],
    element: usize,
) -> Option<()> {
    let count = usize::try_from(sparse.count.0).ok()?;
    if count > bytes.len() / element {
        return None;
    }
    let Checked::Valid(index_type) = sparse.indices.component_type else { return None };
    let index_size = index_type.0.size();
    let indices = Place {
        view: sparse.indices.buffer_view.value(),
        offset: sparse.indices.byte_offset.0,
        element: index_size,
        count,
    };
    let values = Place {
        view: sparse.values.buffer_view.value(),
        offset: sparse.values.byte_offset.0,
        element,
        count,
    };
    let (indices, values) = (indices.gather(root, bin)?, values.gather(root, bin)?);
    for (index, value) in indices.chunks_exact(index_size).zip(values.chunks_exact(element)) {
        let at = usize::try_from(little_endian(index)).ok()?.checked_mul(element)?;
        bytes.get_mut(at..at.checked_add(element)?)?.copy_from_slice(value);
    }
    Some(())
}

fn little_endian(raw: &[u8]) -> u64 {
    raw.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}
