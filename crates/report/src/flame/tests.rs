use heapwise_graph::{Aggregation, Granularity};

use super::*;
use crate::test_input::Fixture;

fn flame(change: impl FnOnce(&mut Fixture), judge: impl FnOnce(&Flame)) {
    let mut fixture = Fixture::heap();
    fixture.aggregation =
        Aggregation { granularity: Granularity::FileFunctions, ..Aggregation::default() };
    change(&mut fixture);
    fixture.show(|input, _| judge(&Flame::new(input)));
}

const VIEW: FlameView<'_> = FlameView {
    shape: Shape::Callees,
    zoom: &[],
    finest: u64::MAX,
    most: usize::MAX,
    order: FlameOrder::Width,
};

/// All of a flame graph.
fn cut(flame: &Flame, shape: Shape<'_>) -> FlameCut {
    flame.cut(FlameView { shape, ..VIEW })
}

/// The nodes of a cut, a line each: indented, with the sums.
fn outline(flame: &Flame, cut: &FlameCut) -> Vec<String> {
    let rows = cut.depths.iter().zip(&cut.frames).zip(cut.sums.iter().zip(&cut.own));
    rows.map(|((depth, frame), (sums, own))| {
        let name = frame.map_or("root".into(), |frame| {
            String::from_utf8_lossy(&flame.frames[frame as usize].name)
        });
        let minus = if sums.minus > 0 { format!(" -{}", sums.minus) } else { String::new() };
        format!("{}{name} {}{minus} ({})", " ".repeat(*depth as usize), sums.plus, own.plus)
    })
    .collect()
}

#[test]
fn stacks_merge_from_the_root_and_inlined_frames_count() {
    flame(
        |_| {},
        |flame| {
            assert_eq!(
                outline(flame, &cut(flame, Shape::Callees)),
                [
                    "root 6291536 (64)",
                    " main 6291472 (0)",
                    "  work 5242896 (0)",
                    "   grow 5242896 (16)",
                    "    alloc 5242880 (5242880)",
                    "  [libc.so.6] 1048576 (1048576)",
                ]
            );
            assert_eq!(flame.total, 6_291_536);
            let inlined: Vec<_> = flame.frames.iter().filter(|frame| frame.inlined).collect();
            assert_eq!(inlined.len(), 1);
            assert_eq!(inlined[0].file, b"grow.rs");
        },
    );
}

#[test]
fn shapes_start_at_leaves_or_in_the_middle() {
    flame(
        |_| {},
        |flame| {
            let callers = cut(flame, Shape::Callers);
            let callers = outline(flame, &callers);
            assert_eq!(
                callers[1..5],
                [
                    " alloc 5242880 (0)",
                    "  grow 5242880 (0)",
                    "   work 5242880 (0)",
                    "    main 5242880 (5242880)"
                ]
            );
            let is_grow = |name: &[u8]| name == b"grow";
            let below = cut(flame, Shape::Below(&is_grow));
            assert_eq!(
                outline(flame, &below),
                ["root 5242896 (0)", " grow 5242896 (16)", "  alloc 5242880 (5242880)"]
            );
            let above = cut(flame, Shape::Above(&is_grow));
            assert_eq!(outline(flame, &above)[3], "   main 5242896 (5242896)");
        },
    );
}

#[test]
fn what_is_too_narrow_is_left_out_and_counted() {
    flame(
        |_| {},
        |flame| {
            let cut = flame.cut(FlameView { finest: 3, order: FlameOrder::Profile, ..VIEW });
            assert_eq!((cut.depths.len(), cut.left_out), (5, 1));
            let row =
                |name: &[u8]| flame.frames.iter().position(|f| f.name == name).unwrap() as u32;
            let zoom = [row(b"main"), row(b"work"), 999];
            let cut = flame.cut(FlameView { zoom: &zoom, ..VIEW });
            assert_eq!(
                outline(flame, &cut)[..3],
                ["root 6291536 (64)", " main 6291472 (0)", "  work 5242896 (0)"]
            );
            assert_eq!(cut.depths, [0, 1, 2, 3, 4]);
        },
    );
}

#[test]
fn of_too_many_boxes_the_widest_are_kept() {
    flame(
        |_| {},
        |flame| {
            let cut = flame.cut(FlameView { most: 5, ..VIEW });
            assert_eq!(
                outline(flame, &cut),
                [
                    "root 6291536 (64)",
                    " main 6291472 (0)",
                    "  work 5242896 (0)",
                    "   grow 5242896 (16)",
                    "    alloc 5242880 (5242880)",
                ]
            );
            assert_eq!(cut.left_out, 1);
            assert_eq!(flame.cut(FlameView { most: 0, ..VIEW }).depths, [0]);
        },
    );
}

#[test]
fn a_search_counts_each_stack_once() {
    flame(
        |_| {},
        |flame| {
            let (frames, sums) = flame.search(&|name| name == b"grow.rs" || name == b"alloc");
            assert_eq!((frames.len(), sums.plus), (2, (5 << 20) + 16));
        },
    );
}

#[test]
fn a_difference_keeps_both_signs() {
    let negative = |fixture: &mut Fixture| {
        let samples = std::sync::Arc::make_mut(&mut fixture.profile.samples);
        samples.all_values_mut()[3] = -(1 << 20);
    };
    flame(negative, |flame| {
        assert!(flame.is_difference && !flame.has_base);
        let cut = cut(flame, Shape::Callees);
        assert_eq!(outline(flame, &cut)[1], " main 5242896 -1048576 (0)");
        let mut json = Vec::new();
        flame.write_json(&[("callees", &cut)], &mut json).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(json["compare"], "change");
        assert_eq!(json["trees"]["callees"]["minus"][1], 1 << 20);
    });
}

#[test]
fn json_has_what_the_browser_needs() {
    flame(
        |fixture| fixture.style.unit = "minimum".to_owned(),
        |flame| {
            let cut = flame.cut(FlameView { finest: 3, ..VIEW });
            let mut json = Vec::new();
            flame.write_json(&[("callees", &cut)], &mut json).unwrap();
            let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
            assert_eq!(json["units"][1], serde_json::json!(["kB", 1024.0]));
            assert_eq!(
                (json["type"].as_str(), json["compare"].as_str()),
                (Some("space"), Some("none"))
            );
            assert_eq!(json["frames"].as_array().unwrap().len(), 4);
            let tree = &json["trees"]["callees"];
            assert_eq!(tree["frame"][0], -1);
            assert_eq!(tree["plus"][0], 6_291_536);
            assert!(tree.get("minus").is_none());
        },
    );
}
