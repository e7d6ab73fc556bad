//! Bytes of any executable file are refused, or answer every question.
#![no_main]

use std::path::Path;

use heapwise_binary::{Binary, DebugFiles, FileOffset, Image, LinkAddr, MappedRange, Syntax};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // The end of the input says what is asked, so that a file can be an input as it is.
    let asked = bytes.last_chunk().copied().map_or(0, u64::from_le_bytes);
    let image = Image::from_bytes(Path::new("vmlinux"), bytes.to_vec());
    // Every other file is the same one.
    let open = |path: &Path| Some(Image::from_bytes(path, bytes.to_vec()));
    let files = DebugFiles::new(&[], &open);
    let Ok(binary) = Binary::parse(&image) else { return };
    let binary = binary.with_debug_files(&files);
    let _ = (binary.build_id(), binary.has_debug_info());
    let mut frames = Vec::new();
    for address in [0, 0x1000, 0x40_1000, asked, u64::MAX] {
        binary.frames(LinkAddr(address), &mut frames);
        frames.iter().for_each(|frame| drop(frame.name()));
        let range = MappedRange { start: asked, limit: u64::MAX, offset: FileOffset(address) };
        let _ = binary.link_address(address, &range);
        // Code of each processor that is known, of whatever length.
        for syntax in [Syntax::Plan9, Syntax::Native] {
            let _ = binary.instructions(LinkAddr(address)..LinkAddr(u64::MAX), syntax);
        }
    }
});
