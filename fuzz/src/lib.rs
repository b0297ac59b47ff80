//! What the fuzz targets share.
//!
//! A target reads bytes that stand for input from outside, calls the code that the programs call with it, and asserts
//! what must hold for every input. libFuzzer writes an input for which it does not hold to `artifacts`.
//!
//! Most inputs are text in parts, so that seeds are written and read like the files they stand for: see [`parts`].

pub mod bounds;
pub mod canary;
pub mod parts;
pub mod sample;
pub mod scratch;
pub mod shells;
pub mod web;
