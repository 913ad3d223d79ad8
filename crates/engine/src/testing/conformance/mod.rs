//! What every implementation of the stores must do, the ones in memory as well as the browser's.
//!
//! Each test is an async function over a fresh store. A test binary lists them by
//! [`body_store_conformance`](crate::body_store_conformance) and
//! [`meta_store_conformance`](crate::meta_store_conformance), which call back a macro of its own
//! with their names: how a test is run is the binary's affair.

#![allow(async_fn_in_trait, reason = "tests run on one thread")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod body_store;
pub mod meta_store;

/// Calls `$callback!` with the name of each test of [`body_store`].
#[macro_export]
macro_rules! body_store_conformance {
    ($callback:ident) => {
        $callback! {
            chunks_become_one_entry
            an_entry_of_nothing_is_an_entry
            a_later_put_replaces
            a_large_entry_is_whole
            entries_are_listed
            keys_are_told_apart
            delete_takes_what_is_named
            delete_of_missing_is_no_error
            a_body_becomes_an_entry
            a_body_of_nothing_becomes_an_entry
            integrity_is_checked
            what_follows_the_same_bytes_is_given
            the_end_of_chunks_is_taken_away
        }
    };
}

/// Calls `$callback!` with the name of each test of [`meta_store`].
#[macro_export]
macro_rules! meta_store_conformance {
    ($callback:ident) => {
        $callback! {
            a_new_store_is_empty
            each_take_over_has_a_higher_epoch
            rows_come_back_as_they_were
            every_result_comes_back
            large_numbers_come_back
            unusual_strings_come_back
            rows_come_in_order
            many_rows_come_back
            a_later_put_replaces
            writes_of_a_batch_take_effect_in_order
            segments_of_one_record_are_deleted
            a_fetch_is_deleted_with_all_it_has
            delete_of_missing_is_no_error
            an_older_engine_is_fenced
            a_fenced_batch_writes_nothing
            commits_at_once_all_take_effect
            an_undecodable_record_is_left_out
            an_undecodable_fetch_is_removed
            bodies_without_a_fetch_are_swept
            what_is_over_comes_back_until_it_is_deleted
            what_is_kept_stays_when_its_fetch_is_deleted
        }
    };
}
