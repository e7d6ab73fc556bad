use proptest::prelude::*;

use super::*;
use crate::test_profile::profile;
use crate::{Aggregation, Naming, Order, Trim, Value, aggregate, total};

const FIRST: Value = Value { index: 0, mean: false };

fn request(trim: Trim) -> Request<'static> {
    let naming = Naming { shown_file: &<[u8]>::to_vec, objects: false };
    Request {
        value: FIRST,
        naming,
        drop_negative: false,
        order: Order::Flat,
        trim,
        edges: Edges::All,
        call_tree: false,
        picture: None,
    }
}

/// The graph over functions.
fn build(stacks: &[(&str, &[i64])], request: &Request<'_>) -> Graph {
    Graph::build(&aggregate(&profile(stacks), Aggregation::default()), request)
}

fn name(graph: &Graph, id: Id<Node>) -> String {
    String::from_utf8(graph.names.get(id).to_vec()).unwrap()
}

/// Each node as `name flat cum`, in order.
fn rows(graph: &Graph) -> Vec<String> {
    let row = |(id, node): (_, &Node)| {
        format!("{} {} {}", name(graph, id), node.flat.value(), node.cum.value())
    };
    graph.in_order().map(row).collect()
}

/// Each edge as `source>target weight`, then `.` if residual and `i` if inline; sorted.
fn edges(graph: &Graph) -> Vec<String> {
    let edge = |edge: &Edge| {
        let (source, target) = (name(graph, edge.source), name(graph, edge.target));
        let residual = if edge.residual { "." } else { "" };
        let inline = if edge.inline { "i" } else { "" };
        format!("{source}>{target} {}{residual}{inline}", edge.weight.sum)
    };
    let mut all: Vec<String> = graph.edges.iter().map(edge).collect();
    all.sort();
    all
}

/// The stacks of the worked example on selection.
const SELECTION: &[(&str, &[i64])] = &[
    ("root mid leaf", &[700]),
    ("root mid zeta", &[1000]),
    ("root small1 alpha", &[1000]),
    ("root small1 small2", &[2]),
    ("root", &[500]),
    ("root r2 r1 r2 r1", &[300]),
    ("root x", &[3]),
    ("", &[50]),
];

#[test]
fn recursion_counts_once_a_sample() {
    let graph = build(&[("a a b a b", &[5])], &request(Trim::default()));
    assert_eq!(rows(&graph), ["b 5 5", "a 0 5"]);
    assert_eq!(edges(&graph), ["a>b 5", "b>a 5"]);
}

#[test]
fn what_sums_to_the_least_number_is_selected_and_then_dropped() {
    // The sums of `x` wrap around to -2^63.
    let stacks: &[(&str, &[i64])] = &[("x", &[5]), ("x y", &[i64::MAX - 4]), ("z", &[1])];
    let rows_of = |node_count, picture| {
        let trim = Trim { node_count, node_fraction: 0.0, edge_fraction: 0.0 };
        let request = Request { picture, ..request(trim) };
        rows(&build(stacks, &request))
    };
    let y = "y 9223372036854775803 9223372036854775803";
    assert_eq!(rows_of(2, None), [y]);
    assert_eq!(rows_of(3, None), [y, "z 1 1"]);
    assert_eq!(rows_of(0, None).len(), 3);
    let picture = Picture { size_text: &|_| Vec::new() };
    assert_eq!(rows_of(80, Some(picture)), [y, "z 1 1"]);
}

#[test]
fn trimming_drops_then_selects_and_credits_nobody() {
    let trim = Trim { node_count: 4, node_fraction: 0.005, edge_fraction: 0.001 };
    let graph = build(SELECTION, &request(trim));
    assert_eq!(
        rows(&graph),
        ["alpha 1000 1000", "zeta 1000 1000", "leaf 700 700", "root 500 3505"]
    );
    assert_eq!(edges(&graph), ["root>alpha 1000.", "root>leaf 700.", "root>zeta 1000."]);
    assert_eq!((graph.dropped_nodes, graph.candidates), (2, 8));
}

#[test]
fn a_call_tree_keeps_callers_apart() {
    let asked = Request { call_tree: true, ..request(Trim::default()) };
    let graph = build(&[("a b", &[1]), ("c b", &[2]), ("a a", &[4])], &asked);
    assert_eq!(rows(&graph), ["a 4 4", "b 2 2", "b 1 1", "a 0 5", "c 0 2"]);
    assert_eq!(edges(&graph), ["a>a 4", "a>b 1", "c>b 2"]);
}

#[test]
fn what_a_trimmed_branch_calls_hangs_on_its_caller() {
    let trim = Trim { node_count: 2, ..Trim::default() };
    let asked = Request { call_tree: true, ..request(trim) };
    let stacks: &[(&str, &[i64])] = &[("r m+n x+y", &[10]), ("r", &[5])];
    let graph = build(stacks, &asked);
    assert_eq!(rows(&graph), ["y 10 10", "r 5 15"]);
    assert_eq!(edges(&graph), ["r>y 10."]);
}

#[test]
fn a_picture_shows_what_tells_most() {
    let trim = Trim { node_count: 4, node_fraction: 0.005, edge_fraction: 0.001 };
    let picture = Some(Picture { size_text: &|size| size.to_string().into_bytes() });
    let graph = build(SELECTION, &Request { picture, ..request(trim) });
    assert_eq!(rows(&graph), ["root 500 3505", "alpha 1000 1000", "zeta 1000 1000", "mid 0 1700"]);
    assert_eq!(edges(&graph), ["mid>zeta 1000", "root>alpha 1000.", "root>mid 1700"]);
    assert_eq!((graph.dropped_nodes, graph.dropped_edges, graph.candidates), (2, 0, 8));
}

#[test]
fn a_tree_is_cut_without_its_light_edges() {
    let picture = Some(Picture { size_text: &|size| size.to_string().into_bytes() });
    let stacks: &[(&str, &[i64])] = &[
        ("r", &[50]),
        ("r a", &[30]),
        ("r b", &[4]),
        ("r c d", &[20]),
        ("r c d", &[-15]),
        ("r c", &[15]),
    ];
    let trim = Trim { node_count: 4, node_fraction: 0.0, edge_fraction: 0.1 };
    let asked = Request { picture, call_tree: true, ..request(trim) };
    let graph = build(stacks, &asked);
    assert_eq!((graph.order.len(), graph.dropped_edges), (4, 0));
    let whole = Trim { node_count: 0, ..trim };
    let graph = build(stacks, &Request { trim: whole, ..asked });
    assert_eq!((graph.order.len(), graph.dropped_edges), (5, 2));
}

#[test]
fn what_equals_the_cutoff_stays() {
    let trim = Trim { node_fraction: 0.1, edge_fraction: 0.1, ..Trim::default() };
    let graph = build(&[("a", &[81]), ("a b", &[10]), ("a c", &[9])], &request(trim));
    assert_eq!(rows(&graph), ["a 81 100", "b 10 10"]);
    assert_eq!(edges(&graph), ["a>b 10"]);
    assert_eq!(cutoff(-100, 0.1), 10);
    assert_eq!(cutoff(100, f64::NAN), i64::MIN);
}

#[test]
fn edges_to_nodes_that_cancel_out_stay() {
    let stacks: &[(&str, &[i64])] = &[("f", &[5]), ("f h", &[4]), ("f h", &[-4])];
    let graph = build(stacks, &request(Trim { edge_fraction: 0.5, ..Trim::default() }));
    assert_eq!(rows(&graph), ["f 5 5"]);
    assert_eq!(edges(&graph), ["f>h 0"]);
}

#[test]
fn negative_nodes_go_when_asked() {
    let stacks: &[(&str, &[i64])] = &[("a b", &[-5]), ("a c", &[7]), ("d e", &[-1])];
    let asked = Request { drop_negative: true, ..request(Trim::default()) };
    assert_eq!(rows(&build(stacks, &asked)), ["c 7 7", "a 0 2"]);
    assert_eq!(rows(&build(stacks, &request(Trim::default()))).len(), 5);
}

#[test]
fn an_edge_is_inline_if_every_call_is() {
    let graph =
        build(&[("m a+b", &[1]), ("m a+c", &[1]), ("m a c", &[1])], &request(Trim::default()));
    assert_eq!(edges(&graph), ["a>b 1i", "a>c 2", "m>a 3"]);
}

#[test]
fn means_divide_and_sums_sort() {
    let value = Value { index: 1, mean: true };
    let stacks: &[(&str, &[i64])] = &[("a", &[5, 50]), ("b", &[1, 40]), ("c", &[3, 0])];
    let graph = build(stacks, &Request { value, ..request(Trim::default()) });
    assert_eq!(rows(&graph), ["a 10 10", "b 40 40"]);
    assert_eq!(total(&profile(stacks), value), 10);
}

#[test]
fn ties_go_by_name() {
    let stacks: &[(&str, &[i64])] = &[("m b", &[3]), ("m a", &[-3]), ("z", &[3])];
    assert_eq!(rows(&build(stacks, &request(Trim::default()))), ["a -3 -3", "b 3 3", "z 3 3"]);
    let by_cum = Request { order: Order::Cum, ..request(Trim::default()) };
    assert_eq!(rows(&build(stacks, &by_cum)), ["a -3 -3", "b 3 3", "z 3 3"]);
}

#[test]
fn sums_wrap_around() {
    let graph = build(&[("a", &[i64::MAX]), ("a", &[1])], &request(Trim::default()));
    assert_eq!(rows(&graph), [format!("a {} {}", i64::MIN, i64::MIN)]);
}

fn stacks(values: std::ops::Range<i64>) -> impl Strategy<Value = Vec<(String, Vec<i64>)>> {
    let words = proptest::collection::vec(
        proptest::sample::select(vec!["a", "b", "c", "d+e", "f+a+c", "?"]),
        0..7,
    );
    proptest::collection::vec(
        (words.prop_map(|words| words.join(" ")), values.prop_map(|v| vec![v])),
        0..20,
    )
}

fn borrowed(stacks: &[(String, Vec<i64>)]) -> Vec<(&str, &[i64])> {
    stacks.iter().map(|(stack, values)| (stack.as_str(), values.as_slice())).collect()
}

proptest! {
    #[test]
    fn flat_adds_up_to_the_samples_that_have_a_stack(stacks in stacks(-9..9)) {
        let graph = build(&borrowed(&stacks), &request(Trim::default()));
        let flat: i64 = graph.in_order().map(|(_, node)| node.flat.sum).sum();
        let held: i64 = stacks.iter().filter(|(s, _)| !s.is_empty()).map(|(_, values)| values[0]).sum();
        prop_assert_eq!(flat, held);
    }

    #[test]
    fn cum_is_at_least_flat_and_at_most_the_total(stacks in stacks(0..9)) {
        let graph = build(&borrowed(&stacks), &request(Trim::default()));
        let all = total(&profile(&borrowed(&stacks)), FIRST);
        for (_, node) in graph.in_order() {
            prop_assert!(node.flat.sum <= node.cum.sum && node.cum.sum <= all);
        }
        for edge in &graph.edges {
            prop_assert!(edge.weight.sum <= graph.nodes[edge.target.row()].cum.sum);
        }
    }

    #[test]
    fn trimming_keeps_order_and_sums(stacks in stacks(-9..9), node_count in 0_usize..4, node_fraction in 0.0..0.6) {
        let whole = rows(&build(&borrowed(&stacks), &request(Trim::default())));
        let trim = Trim { node_count, node_fraction, edge_fraction: 0.0 };
        let trimmed = build(&borrowed(&stacks), &request(trim));
        let mut rest = whole.iter();
        for row in rows(&trimmed) {
            prop_assert!(rest.any(|other| *other == row), "{} is out of order in {:?}", row, whole);
        }
        for edge in &trimmed.edges {
            prop_assert!(trimmed.order.contains(&edge.source) || trimmed.order.len() == whole.len());
        }
    }
}
