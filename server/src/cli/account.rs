//! Accounts, on the files of a server that is not running.

use std::io::{self, IsTerminal as _};

use shared::hash::derive;
use shared::id::{TeamId, UnitId};
use shared::permission::Grant;

use super::files::open;
use super::{AccountStep, AddAccount, Stop};
use crate::account::{Password, StoredPassword};
use crate::clock::{Clock, random};
use crate::server::{NewAccount, Server};
use crate::store::Store;

pub(super) async fn account(step: AccountStep) -> Result<(), Stop> {
    match step {
        AccountStep::Add(add) => {
            let server = open(&add.account.folder).await?;
            let circumstances = add.clock.clock().circumstances()?;
            Ok(server.add_account(new(add)?, circumstances).await?)
        }
        AccountStep::List(folder) => list(&open(&folder).await?).await,
        AccountStep::Disable(named) => {
            let server = open(&named.folder).await?;
            Ok(server
                .disable_account(&named.name, Clock::system().now())
                .await?)
        }
        AccountStep::Password(named) => {
            let server = open(&named.folder).await?;
            let (password, now) = (asked()?, Clock::system().now());
            Ok(server.set_password(&named.name, &password, now).await?)
        }
    }
}

fn new(add: AddAccount) -> Result<NewAccount, Stop> {
    Ok(NewAccount {
        name: add.account.name,
        person: add.person,
        grant: Grant {
            role: add.role,
            units: add.unit.into_iter().map(UnitId).collect(),
            team: TeamId::default(),
        },
        password: asked()?,
    })
}

async fn list<S: Store>(server: &Server<S>) -> Result<(), Stop> {
    for account in server.accounts().await? {
        println!("{}", serde_json::to_string(&account).unwrap_or_default());
    }
    Ok(())
}

/// A password, typed twice without being shown, or the first line of what is handed in. It is
/// never an argument: those stand in the list of processes.
fn asked() -> Result<StoredPassword, Stop> {
    let text = if io::stdin().is_terminal() {
        let first = rpassword::prompt_password("password: ").map_err(Stop::Unread)?;
        let again = rpassword::prompt_password("once more: ").map_err(Stop::Unread)?;
        if first != again {
            return Err(Stop::PasswordsDiffer);
        }
        first
    } else {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map_err(Stop::Unread)?;
        line
    };
    let password = Password::chosen(text.trim_end_matches(['\r', '\n']))?;
    Ok(StoredPassword::of(
        &password,
        derive("sampan/salt", &[&random()?]),
    ))
}
