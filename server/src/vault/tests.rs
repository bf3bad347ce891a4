use std::sync::Arc;

use super::*;

/// Files that outlive the vault over them, and can fail.
#[derive(Debug, Clone, Default)]
struct Disk {
    files: Arc<Scratch>,
    fails: Arc<core::sync::atomic::AtomicBool>,
}

impl Disk {
    fn fail(&self, fails: bool) {
        self.fails
            .store(fails, core::sync::atomic::Ordering::Relaxed);
    }

    /// Every byte on it.
    fn bytes(&self) -> Vec<u8> {
        let names = self.files.names().unwrap();
        let read = |name: String| self.files.read(&name).unwrap().unwrap();
        names.into_iter().flat_map(read).collect()
    }
}

impl Files for Disk {
    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        self.files.read(name)
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.files.replace(name, bytes)
    }

    fn append(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        match self.fails.load(core::sync::atomic::Ordering::Relaxed) {
            false => self.files.append(name, bytes),
            true => {
                self.files.append(name, &bytes[..bytes.len() / 2])?;
                Err(io::Error::from(io::ErrorKind::StorageFull))
            }
        }
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.files.remove(name)
    }

    fn names(&self) -> io::Result<Vec<String>> {
        self.files.names()
    }
}

const MASTER: DataKey = DataKey([1; 32]);
const COMMUNE: BlockId = BlockId(7);

fn vault(disk: &Disk) -> Vault {
    Vault::create(disk.clone(), MASTER, [2; 32]).unwrap()
}

fn reopened(disk: &Disk) -> Vault {
    Vault::open(disk.clone(), MASTER).unwrap()
}

fn name(n: u8) -> KeyName {
    KeyName([n; 16])
}

fn made(vault: &Vault, n: u8) -> DataKey {
    vault.obtain(COMMUNE, name(n), DataKey([n; 32])).unwrap()
}

#[test]
fn a_key_that_was_made_durable_is_there_after_a_restart() {
    let disk = Disk::default();
    let first = vault(&disk);
    let key = made(&first, 3);
    first.flush().unwrap();
    made(&first, 4);
    let second = reopened(&disk);
    assert_eq!(second.key(COMMUNE, name(3)).unwrap(), Some(key));
    let lost = second.key(COMMUNE, name(4));
    assert!(matches!(lost, Err(VaultError::Lost)), "{lost:?}");
}

#[test]
fn a_name_has_one_key_whoever_asks_first() {
    let vault = Vault::in_memory([0; 32]);
    let first = vault.obtain(COMMUNE, name(1), DataKey([5; 32])).unwrap();
    let second = vault.obtain(COMMUNE, name(1), DataKey([6; 32])).unwrap();
    assert_eq!(first, second);
}

#[test]
fn a_destroyed_key_is_gone_and_the_others_stay() {
    let disk = Disk::default();
    let vault = vault(&disk);
    for n in 1..=5 {
        made(&vault, n);
    }
    vault.flush().unwrap();
    let before = disk.clone().bytes();
    let destroyed = [(COMMUNE, name(2)), (BlockId(9), name(9))];
    vault.destroy(&destroyed, [8; 32]).unwrap();
    for vault in [vault, reopened(&disk)] {
        assert_eq!(vault.key(COMMUNE, name(2)).unwrap(), None);
        assert_eq!(vault.key(BlockId(9), name(9)).unwrap(), None);
        assert_eq!(vault.key(COMMUNE, name(3)).unwrap(), Some(DataKey([3; 32])));
        let again = vault.obtain(COMMUNE, name(2), DataKey([7; 32]));
        assert!(matches!(again, Err(VaultError::Lost)));
    }
    // Whoever kept the old files finds that no file of now opens them.
    assert_ne!(before, disk.bytes());
    assert_eq!(disk.files.names().unwrap().len(), 4);
}

#[test]
fn a_name_that_comes_back_in_another_commune_has_a_key_of_its_own_there() {
    let disk = Disk::default();
    let vault = vault(&disk);
    made(&vault, 1);
    vault.flush().unwrap();
    // The store was restored to before it, and a reform came: the same dossier, elsewhere.
    let elsewhere = BlockId(9);
    let key = vault.obtain(elsewhere, name(1), DataKey([6; 32])).unwrap();
    vault.flush().unwrap();
    vault.destroy(&[(COMMUNE, name(2))], [8; 32]).unwrap();
    for vault in [vault, reopened(&disk)] {
        let found = vault.key(elsewhere, name(1)).unwrap();
        assert_eq!(found, Some(key.clone()));
    }
}

#[test]
fn a_torn_journal_loses_nothing_that_was_acknowledged() {
    let disk = Disk::default();
    let first = vault(&disk);
    made(&first, 1);
    first.flush().unwrap();
    made(&first, 2);
    disk.fail(true);
    assert!(first.flush().is_err());
    assert_eq!(
        reopened(&disk).key(COMMUNE, name(1)).unwrap(),
        Some(DataKey([1; 32]))
    );
    // The same process goes on, too.
    let disk = Disk::default();
    let first = vault(&disk);
    made(&first, 1);
    disk.fail(true);
    assert!(first.flush().is_err());
    disk.fail(false);
    made(&first, 2);
    first.flush().unwrap();
    let second = reopened(&disk);
    for n in [1, 2] {
        let key = second.key(COMMUNE, name(n)).unwrap();
        assert_eq!(key, Some(DataKey([n; 32])));
    }
}

#[test]
fn another_master_secret_opens_nothing() {
    let disk = Disk::default();
    made(&vault(&disk), 1);
    let other = Vault::open(disk, DataKey([9; 32]));
    assert!(matches!(other, Err(VaultError::Sealed(_))));
}

#[test]
fn a_folder_keeps_keys_and_no_leftovers() {
    let folder = tempfile::tempdir().unwrap();
    let files = || Folder::new(folder.path());
    let vault = Vault::create(files(), MASTER, [2; 32]).unwrap();
    for n in 1..=3 {
        made(&vault, n);
        vault.flush().unwrap();
    }
    vault.destroy(&[(COMMUNE, name(2))], [4; 32]).unwrap();
    std::fs::write(folder.path().join("block-left-over"), [1; 40]).unwrap();
    let vault = Vault::open(files(), MASTER).unwrap();
    assert_eq!(vault.key(COMMUNE, name(2)).unwrap(), None);
    assert_eq!(vault.key(COMMUNE, name(3)).unwrap(), Some(DataKey([3; 32])));
    let mut names = files().names().unwrap();
    names.sort();
    assert_eq!(names, ["block-00000007-1", "journal-1", "root"]);
}

#[test]
fn blocks_beyond_what_memory_keeps_are_read_again() {
    let vault = Vault::in_memory([0; 32]);
    let count = BLOCKS_OPEN_MAX as u32 + 20;
    for n in 0..count {
        let mut key = [0; 32];
        key[..4].copy_from_slice(&n.to_le_bytes());
        let name = KeyName(derive("test", &[&n.to_le_bytes()]));
        vault.obtain(BlockId(n), name, DataKey(key)).unwrap();
    }
    vault.destroy(&[], [1; 32]).unwrap();
    for n in (0..count).chain(0..count) {
        let name = KeyName(derive("test", &[&n.to_le_bytes()]));
        let key = vault.key(BlockId(n), name).unwrap().unwrap();
        assert_eq!(key.0[..4], n.to_le_bytes());
    }
}

#[test]
fn a_note_counts_from_when_its_key_is_gone_and_outlives_the_process() {
    let disk = Disk::default();
    let first = vault(&disk);
    made(&first, 1);
    first.flush().unwrap();
    first.note(name(1), vec![5, 6]).unwrap();
    assert_eq!(first.notes(), [], "nothing is destroyed");
    first.destroy(&[(COMMUNE, name(1))], [4; 32]).unwrap();
    made(&first, 2);
    first.flush().unwrap();
    let second = reopened(&disk);
    assert_eq!(second.notes(), [(name(1), vec![5, 6])]);
    assert_eq!(
        second.key(COMMUNE, name(2)).unwrap(),
        Some(DataKey([2; 32]))
    );
}

/// What stands in the roots of installed servers.
#[test]
fn roots_with_and_without_notes_keep_their_stored_form() {
    let mut root = Root::new([2; 32]);
    root.generation = 3;
    let place = BlockPlace {
        generation: 3,
        keys: 1,
        key: DataKey([7; 32]),
    };
    root.blocks.insert(COMMUNE, place);
    root.destroyed.insert(name(1));
    let without = root.to_bytes();
    root.notes.insert(name(1), vec![5, 6]);
    let with = root.to_bytes();
    let hex: String = without.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, WITHOUT_NOTES);
    assert_eq!(
        with[..without.len()],
        without,
        "an earlier version reads as far as that"
    );
    let note = [&[1], name(1).0.as_slice(), &[2, 5, 6]].concat();
    assert_eq!(with[without.len()..], note);
    assert_eq!(Root::from_bytes(&with).unwrap().notes, root.notes);
    assert!(Root::from_bytes(&without).unwrap().notes.is_empty());
}

const WITHOUT_NOTES: &str = concat!(
    "032939020e97250069f371a5b447b473a729289df3376dc9bb95aeef45fa9548",
    "7401070301070707070707070707070707070707070707070707070707070707",
    "07070707070101010101010101010101010101010101",
);
