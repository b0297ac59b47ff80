//! Why AWS refused a call.

pub mod diagnosis;
pub mod pasted;
pub mod refusal;
