use super::*;

fn current() -> Vec<(&'static str, &'static str)> {
    Labels::current().iter().collect()
}

#[test]
fn inner_scopes_add_and_their_values_win() {
    label("a", 1).and("b", 2).scope(|| {
        assert_eq!(current(), [("a", "1"), ("b", "2")]);
        label("b", "other").and("c", 'x').scope(|| {
            assert_eq!(current(), [("a", "1"), ("b", "other"), ("c", "x")]);
            Labels::none().scope(|| assert_eq!(current().len(), 3));
        });
        assert_eq!(current(), [("a", "1"), ("b", "2")]);
    });
    assert_eq!(current(), []);
}

#[test]
fn a_value_may_be_used_inside_of_others_and_again() {
    let inner = label("a", "inner");
    for outer in ["1", "2", "1"] {
        label("b", outer).scope(|| {
            (0..2).for_each(|_| {
                inner.scope(|| assert_eq!(current(), [("a", "inner"), ("b", outer)]));
            });
        });
        inner.clone().scope(|| assert_eq!(current(), [("a", "inner")]));
    }
}

#[test]
fn labels_are_shown_by_their_names() {
    let labels = label("tenant", 7).and("route", "/search");
    assert_eq!(format!("{labels:?}"), r#"{"route": "/search", "tenant": "7"}"#);
    assert_eq!(format!("{:?}", Labels::none()), "{}");
}

#[test]
fn a_panic_ends_its_scopes() {
    label("a", 1).scope(|| {
        let panicked = std::panic::catch_unwind(|| {
            label("b", 2).scope(|| label("c", 3).scope(|| panic!("on purpose")));
        });
        assert!(panicked.is_err());
        assert_eq!(current(), [("a", "1")]);
    });
}

#[test]
fn threads_are_given_labels_and_do_not_inherit() {
    label("a", 1).scope(|| {
        let labels = Labels::current();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                assert_eq!(current(), []);
                labels.scope(|| assert_eq!(current(), [("a", "1")]));
            });
        });
    });
}

#[test]
fn what_is_too_long_is_left_out() {
    label("fits", "x".repeat(256)).scope(|| {
        let before = Labels::current();
        for (key, value) in [("long", "x".repeat(257)), (&"k".repeat(65), String::new())] {
            label(key, &value).and("fits too", "").scope(|| {
                assert_eq!(current().len(), 2);
                assert!(Carried::now().is_short());
            });
        }
        assert_eq!(Labels::current().own, before.own);
    });
}

/// A future that is pending as often as it is told to be, and says at each poll what is in force.
async fn seen(times: usize) -> Vec<Vec<(&'static str, &'static str)>> {
    let mut seen = vec![current()];
    for _ in 0..times {
        let mut is_second = false;
        std::future::poll_fn(|context| {
            context.waker().wake_by_ref();
            if std::mem::replace(&mut is_second, true) {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
        seen.push(current());
    }
    seen
}

#[test]
fn a_future_has_its_labels_in_every_poll_and_nowhere_else() {
    let mut future = std::pin::pin!(label("a", 1).future(async {
        let inner = label("b", 2).future(seen(2)).await;
        (inner, seen(1).await)
    }));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut outer = 0;
    let (inner, own) = loop {
        outer += 1;
        let poll = label("outer", outer).scope(|| future.as_mut().poll(&mut context));
        assert_eq!(current(), []);
        if let std::task::Poll::Ready(seen) = poll {
            break seen;
        }
    };
    assert_eq!(inner[0], [("a", "1"), ("b", "2"), ("outer", "1")]);
    assert_eq!(inner[2], [("a", "1"), ("b", "2"), ("outer", "3")]);
    assert_eq!(own, [[("a", "1"), ("outer", "3")], [("a", "1"), ("outer", "4")]]);
}

#[test]
fn a_poll_that_panics_leaves_nothing_behind() {
    let fails = async { assert!(current().is_empty(), "on purpose") };
    let mut future = std::pin::pin!(label("a", 1).future(fails));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let poll = || future.as_mut().poll(&mut context);
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(poll)).is_err());
    assert_eq!(current(), []);
}
