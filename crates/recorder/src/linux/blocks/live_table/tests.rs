use std::collections::HashMap;

use super::*;

fn inside() -> Outermost {
    Outermost::enter().unwrap()
}

fn block(address: usize, size: u64) -> Block {
    // The live table does not look at buckets.
    let bucket = BucketId::FIRST;
    Block { address, size, weight: Weight::ONE, bucket, birth: 0 }
}

#[test]
fn agrees_with_a_hash_map_over_random_work() {
    let table = LiveTable::new();
    let model_block = block(1, 0);
    let mut model = HashMap::new();
    let random = crate::platform::random::Random::unseeded();
    let inside = inside();
    // Miri takes a thousand times as long.
    for _ in 0..if cfg!(miri) { 500 } else { 300_000 } {
        let address = 0x7f12_0000_0000 + (random.next() % 5000) as usize * 16;
        let size = random.next() % 1000;
        if random.next().is_multiple_of(2) {
            let block = Block { address, size, ..model_block };
            assert_eq!(table.insert(&inside, block), Ok(model.insert(address, block)));
        } else {
            assert_eq!(table.remove(&inside, address), model.remove(&address));
        }
    }
    for (&address, &block) in &model {
        assert_eq!(table.remove(&inside, address), Some(block));
    }
    let left: usize = table.shards.iter().map(|shard| shard.lock(&inside).used).sum();
    assert_eq!(left, 0);
}

#[test]
fn a_full_shard_refuses_and_goes_on_serving() {
    let mut shard = Shard::new();
    let template = block(1, 8);
    let full = MAX_SLOTS / 4 * 3;
    for address in 1..=full {
        assert_eq!(shard.insert(Block { address: address * 16, ..template }), Ok(None));
    }
    assert_eq!(shard.insert(Block { address: 8, ..template }), Err(NoMemory));
    assert!(shard.remove(16).is_some());
    assert_eq!(shard.insert(Block { address: 8, ..template }), Ok(None));
}

#[test]
fn an_empty_table_holds_nothing() {
    let table = LiveTable::<Block>::new();
    assert_eq!(table.remove(&inside(), 4096), None);
}

#[test]
fn blocks_are_changed_and_taken_out_wherever_they_lie() {
    let mut shard = Shard::new();
    let template = block(1, 0);
    let addresses = || (1..=300).map(|number| number * 16);
    for address in addresses() {
        shard.insert(Block { address, size: address as u64 % 5, ..template }).unwrap();
    }
    shard.change_each(|block| match block.size {
        1 | 4 => None,
        size => Some(Block { birth: size + 7, ..block }),
    });
    assert_eq!(shard.used, 180);
    for address in addresses() {
        let size = address as u64 % 5;
        let expected = Block { address, size, birth: size + 7, ..template };
        assert_eq!(shard.remove(address), (size != 1 && size != 4).then_some(expected));
    }
    assert_eq!(shard.used, 0);
}
