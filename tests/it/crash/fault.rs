//! Writes, flushes and reads that fail, and bits that turn.

use server::store::{OpenError, Redb, Store as _, StoreError};

use super::Print;
use super::disk::{Disk, Fault};
use super::life::{CACHE_BYTES, Life};
use crate::world::at_once;
use crate::world::luck::Luck;

impl Life {
    /// Lets every call of the group after `groups` fail once, the first, the second and so on,
    /// until the group comes through; answers how many did.
    ///
    /// Panics where the failure is hidden, or something acknowledged is gone after it.
    pub fn fail_each_call(&self, groups: usize, fault: impl Fn(usize) -> Fault) -> usize {
        let group = &self.acknowledged[groups].group;
        for number in 1.. {
            let fault = fault(number);
            let at = format!("life {}, group {groups}, {fault:?}", self.seed);
            let disk = Disk::holding(self.content(groups).clone());
            let store = Redb::with_backend(disk.clone(), CACHE_BYTES).expect("it was whole");
            disk.set_fault(Some(fault));
            let committed = at_once(store.commit(group.clone()));
            if !disk.has_failed() {
                assert!(committed.is_ok(), "{at}: {committed:?}");
                return number - 1;
            }
            match committed {
                Ok(_) => panic!("{at}: acknowledged in spite of it"),
                Err(error) => assert!(error.is_transient(), "{at}: {error:?}"),
            }
            let again = at_once(store.commit(group.clone()));
            let stopped = again.expect_err("nothing is written after a failure");
            assert!(stopped.is_transient(), "{at}: {stopped:?}");
            // What can still be read is what was there.
            if let Ok(print) = at_once(Print::of(&store)) {
                assert!(self.is_one_of(print, groups), "{at}: another answer");
            }
            disk.set_fault(None);
            drop(store);
            let store = Redb::with_backend(Disk::holding(disk.content()), CACHE_BYTES);
            let store = store.unwrap_or_else(|error| panic!("{at}: {error}"));
            let print = at_once(Print::of(&store)).expect("readable");
            assert!(self.is_one_of(print, groups), "{at}: lost");
        }
        unreachable!("every group ends")
    }

    /// Lets every read fail once while all is read: an error, never another answer.
    pub fn fail_each_read(&self, groups: usize) -> usize {
        for number in 1.. {
            let disk = Disk::holding(self.content(groups).clone());
            // Without a cache every read of a page is one of the disk.
            let store = Redb::with_backend(disk.clone(), 0).expect("it was whole");
            disk.set_fault(Some(Fault::Unreadable(number)));
            let read = at_once(Print::of(&store));
            let at = format!("life {}, group {groups}, read {number}", self.seed);
            match read {
                Ok(print) => assert_eq!(print, self.print(groups), "{at}"),
                Err(StoreError::Io(_) | StoreError::Closed) => {}
                Err(error) => panic!("{at}: {error:?}"),
            }
            if !disk.has_failed() {
                return number - 1;
            }
        }
        unreachable!("every reading ends")
    }

    /// Turns one bit of what stands on the disk and opens it as `sampan verify` does. Whether it
    /// was found; one that is not found changes no answer.
    pub fn turn_a_bit(&self, groups: usize, luck: &mut Luck) -> bool {
        let mut content = self.content(groups).clone();
        let bit = content.turn_a_bit(luck);
        let at = format!("life {}, group {groups}, bit {bit}", self.seed);
        match Redb::with_checked_backend(Disk::holding(content), CACHE_BYTES) {
            Ok(store) => {
                let print = at_once(Print::of(&store)).expect("checked and readable");
                assert_eq!(print, self.print(groups), "{at}: another answer");
                false
            }
            Err(OpenError::Damaged(_) | OpenError::Store(StoreError::Corrupt(_))) => true,
            Err(OpenError::Foreign | OpenError::Format { .. }) => true,
            Err(error) => panic!("{at}: {error:?}"),
        }
    }

    fn is_one_of(&self, print: Print, groups: usize) -> bool {
        print == self.print(groups) || print == self.print(groups + 1)
    }
}
