//! profile.proto on the wire, by hand: seven messages need neither a compiler nor a build step.
//!
//! ```text
//! bytes -> reader -> message + sample (columns of wire ids and wire indices) -> resolve -> Profile
//! Profile -> encode -> writer -> bytes
//! ```
//!
//! Decoding is one pass over the buffer. Samples come before the tables they refer to, so their
//! columns first hold what the wire says; [`resolve`] turns that into rows, in place.

mod decode;
mod encode;
mod field;
mod ids;
mod message;
mod reader;
mod resolve;
mod sample;
mod writer;

pub(crate) use decode::PieceDecoder;
pub use decode::decode;
pub use encode::encode;
pub(crate) use encode::encode_pieces;
pub(crate) use ids::IdIndex;
pub use writer::Writer as ProtoWriter;

#[cfg(test)]
mod tests;
