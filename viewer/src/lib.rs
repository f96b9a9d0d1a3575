//! The 3D page.
