use super::*;

const PAGE: u64 = 0x1000;

fn segment(offset: u64, size: u64, link: u64, executable: bool) -> Segment {
    Segment { offset: FileOffset(offset), size, link: LinkAddr(link), align: PAGE, executable }
}

/// What `readelf -l` shows of a program linked by lld: every segment is shifted one page more.
fn shifted() -> Segments {
    let loaded = vec![
        segment(0, 0x7c4, 0, false),
        segment(0x7d0, 0x1e0, 0x17d0, true),
        segment(0x9b0, 0x1f0, 0x29b0, false),
    ];
    Segments { loaded, fixed: false, whole: None }
}

fn range(start: u64, limit: u64, offset: u64) -> MappedRange {
    MappedRange { start, limit, offset: FileOffset(offset) }
}

#[test]
fn a_moved_file_is_found_by_its_segments() {
    let text = range(0x5555_0000_1000, 0x5555_0000_2000, 0);
    assert_eq!(shifted().link_address(0x5555_0000_17e4, &text), Some(LinkAddr(0x17e4)));
}

#[test]
fn two_segments_in_one_page_are_told_apart_by_the_offset() {
    let data = range(0x5555_0000_2000, 0x5555_0000_3000, 0);
    assert_eq!(shifted().link_address(0x5555_0000_29b0, &data), Some(LinkAddr(0x29b0)));
    assert_eq!(shifted().link_address(0x5555_0000_2100, &data), Some(LinkAddr(0x100)));
}

#[test]
fn the_rest_of_a_page_belongs_to_its_segment() {
    let segments =
        Segments { loaded: vec![segment(0x1000, 0x234, 0x1000, true)], fixed: false, whole: None };
    let text = range(0x7000_0000, 0x7000_1000, 0x1000);
    assert_eq!(segments.link_address(0x7000_0ff0, &text), Some(LinkAddr(0x1ff0)));
    assert_eq!(segments.link_address(0x7000_1000, &text), None);
}

#[test]
fn a_fixed_file_is_its_own_link_address() {
    let segments =
        Segments { loaded: vec![segment(0, 0x2000, 0x40_0000, true)], fixed: true, whole: None };
    let text = range(0x40_0000, 0x40_2000, 0);
    assert_eq!(segments.link_address(0x40_1234, &text), Some(LinkAddr(0x40_1234)));
}

#[test]
fn a_kernel_has_its_address_for_an_offset() {
    const TEXT: u64 = 0xffff_ffff_8100_0000;
    let segments =
        Segments { loaded: vec![segment(0x20_0000, 0x1000, TEXT, true)], fixed: true, whole: None };
    let text = range(TEXT, u64::MAX, TEXT);
    assert_eq!(segments.link_address(TEXT + 0x10, &text), Some(LinkAddr(TEXT + 0x10)));
    assert_eq!(segments.link_address(TEXT + 0x9000, &text), None);
}

#[test]
fn an_unknown_range_leaves_the_address() {
    for limit in [0, u64::MAX] {
        assert_eq!(shifted().link_address(0x1234, &range(0, limit, 0)), Some(LinkAddr(0x1234)));
    }
}

#[test]
fn a_file_without_segments_is_addressed_by_offset() {
    let segments = Segments { loaded: Vec::new(), fixed: false, whole: None };
    let text = range(0x7000_0000, 0x7000_1000, 0);
    assert_eq!(segments.link_address(0x7000_0010, &text), Some(LinkAddr(0x10)));
}

#[test]
fn wrapping_addresses_lie_outside() {
    let wild = range(u64::MAX, 3, u64::MAX);
    assert_eq!(shifted().link_address(0x10, &wild), Some(LinkAddr(0x10)));
    assert_eq!(shifted().link_address(0x10, &range(0x20, 0x30, 0)), None);
    let edge = Segments {
        loaded: vec![segment(u64::MAX - 1, u64::MAX, 0, true)],
        fixed: false,
        whole: None,
    };
    let before = LinkAddr(15_u64.wrapping_neg());
    assert_eq!(edge.link_address(u64::MAX, &range(0x10, 0x20, 0)), Some(before));
}

/// Programs of Windows and macOS are profiled with one mapping from the address of their first byte.
#[test]
fn a_file_that_is_loaded_as_a_whole_moves_as_a_whole() {
    let base = 0x1_4000_0000;
    let loaded = vec![segment(0x400, 0x600, base + 0x1000, true)];
    let segments = Segments { loaded, fixed: false, whole: Some(LinkAddr(base)) };
    let mapped = range(0x7ff6_0000_0000, 0x7ff6_0000_2000, 0);
    assert_eq!(segments.link_address(0x7ff6_0000_1010, &mapped), Some(LinkAddr(base + 0x1010)));
    assert_eq!(segments.link_address(0x7ff6_0000_0010, &mapped), None);
    let from_zero = range(0, 0x1000, 0);
    assert_eq!(segments.link_address(base + 0x1010, &from_zero), Some(LinkAddr(base + 0x1010)));
}
