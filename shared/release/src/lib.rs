//! Combination of labels, decision bitsets, and the only maker of Released<T>.
