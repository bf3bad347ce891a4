//! Signing in and out.
//!
//! A name nobody has costs and answers the same as a wrong password. Hashing happens beside the
//! threads that serve, a bounded number at once.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Buf;
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use shared::id::{Audience, UnitId};
use shared::permission::{Duty, Role, Standing};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use warp::Filter;
use warp::Reply;
use warp::filters::BoxedFilter;
use warp::http::header::SET_COOKIE;
use warp::http::{HeaderMap, StatusCode};
use warp::reply::{Response, WithHeader, json, with_header};

use super::access::{self, Caller, Shown, shown};
use super::attempts::Attempts;
use super::error::Failure;
use super::limits::JSON_BYTES_MAX;
use super::peer::Peer;
use super::{Service, answer, body};
use crate::account::limits::{HASHES_AT_ONCE_MAX, HASHES_WAITING_MAX};
use crate::account::{LoginName, Password, StoredPassword};
use crate::server::{Account, LoginSecret};
use crate::store::Store;

/// What stands between a typed password and a signed-in browser.
#[derive(Debug)]
pub(super) struct Doorkeeper {
    attempts: Mutex<Attempts>,
    waiting: Arc<Semaphore>,
    hashing: Arc<Semaphore>,
}

impl Default for Doorkeeper {
    fn default() -> Self {
        Self {
            attempts: Mutex::default(),
            waiting: Arc::new(Semaphore::new(HASHES_WAITING_MAX)),
            hashing: Arc::new(Semaphore::new(HASHES_AT_ONCE_MAX)),
        }
    }
}

impl Doorkeeper {
    fn attempts(&self) -> std::sync::MutexGuard<'_, Attempts> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a turn to hash; refuses where too many wait already.
    async fn turn(&self) -> Result<[OwnedSemaphorePermit; 2], Failure> {
        let place = self.waiting.clone().try_acquire_owned();
        let place = place.map_err(|_| Failure::too_many_sign_ins())?;
        let turn = self.hashing.clone().acquire_owned().await;
        let turn = turn.map_err(|_| Failure::too_many_sign_ins())?;
        Ok([place, turn])
    }

    /// Whether the password is the one kept.
    async fn is(&self, password: Password, kept: StoredPassword) -> Result<bool, Failure> {
        let permits = self.turn().await?;
        let hashed = tokio::task::spawn_blocking(move || {
            let is_right = kept.is(&password);
            drop(permits);
            is_right
        });
        hashed.await.map_err(Failure::hashing)
    }
}

pub(super) fn routes<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let signing_in = warp::path!("v1" / "session")
        .and(warp::post())
        .and(shown(service))
        .and(warp::body::stream())
        .and_then(|shown: Shown<S>, body| answer(sign_in(shown, body)));
    let asking = warp::path!("v1" / "session")
        .and(warp::get())
        .and(shown(service))
        .and_then(|shown: Shown<S>| {
            answer(async move {
                let (service, caller) = shown.reader().await?;
                Ok(json(&about(&service, &caller.person()?)))
            })
        });
    let leaving = warp::path!("v1" / "session")
        .and(warp::delete())
        .and(shown(service))
        .and_then(|shown: Shown<S>| answer(sign_out(shown)));
    signing_in.or(asking).unify().or(leaving).unify().boxed()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    name: String,
    password: String,
}

async fn sign_in<S: Store, B: Buf>(
    shown: Shown<S>,
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<impl Reply, Failure> {
    let Shown {
        service,
        headers,
        peer,
    } = shown;
    if !access::is_own_page(&headers) {
        return Err(Failure::foreign_page());
    }
    let bytes = body::read(body, JSON_BYTES_MAX).await?;
    let typed: Credentials = serde_json::from_slice(&bytes)
        .map_err(|_| Failure::bad_request(&"signing in needs name and password"))?;
    let circumstances = service.clock.circumstances()?;
    let typed_here = service.strangers.password(peer.address, circumstances.now);
    typed_here.map_err(Failure::too_often)?;
    let began = service
        .doorkeeper
        .attempts()
        .begin(&typed.name, circumstances.now);
    began.map_err(|wait| Failure::must_wait(wait.seconds))?;
    let found = match typed.name.parse::<LoginName>() {
        Ok(name) => service
            .server
            .account(&name)
            .await?
            .map(|record| (name, record)),
        Err(_) => None,
    };
    let found = found.filter(|(_, record)| !record.is_disabled);
    let kept = found.as_ref().map(|(_, record)| record.password.clone());
    let kept = kept.unwrap_or_else(StoredPassword::of_nobody);
    let password = Password::typed(&typed.password).map_err(|_| Failure::wrong_password())?;
    let is_right = service.doorkeeper.is(password, kept.clone()).await?;
    let (name, record) = found
        .filter(|_| is_right)
        .ok_or_else(Failure::wrong_password)?;
    let opened = service.server.sign_in(&name, &kept, circumstances).await?;
    let secret = opened.ok_or_else(Failure::wrong_password)?;
    service.doorkeeper.attempts().end(&typed.name);
    let view = about(&service, &Account { name, record });
    Ok(told((&headers, peer), json(&view), Some(secret)))
}

async fn sign_out<S: Store>(shown: Shown<S>) -> Result<impl Reply, Failure> {
    let Shown {
        service,
        headers,
        peer,
    } = shown;
    if !access::is_own_page(&headers) {
        return Err(Failure::foreign_page());
    }
    if let Some(secret) = access::cookie(&headers) {
        service.server.sign_out(secret).await?;
    }
    Ok(told((&headers, peer), StatusCode::NO_CONTENT, None))
}

fn told<R: Reply>(
    browser: (&HeaderMap, Peer),
    reply: R,
    secret: Option<LoginSecret>,
) -> WithHeader<R> {
    with_header(reply, SET_COOKIE, access::set_cookie(browser, secret))
}

/// What the console shows of whoever is signed in, and which pages it offers.
#[derive(Serialize)]
struct AboutMe {
    name: String,
    person: String,
    role: &'static str,
    units: Vec<MyUnit>,
    /// Stable names of what the role does here.
    may: Vec<&'static str>,
    /// Roles it may invite.
    invites: Vec<&'static str>,
}

#[derive(Serialize)]
struct MyUnit {
    unit: UnitId,
    name: String,
}

fn about<S: Store>(service: &Service<S>, account: &Account) -> AboutMe {
    let Account { name, record } = account;
    let role = record.grant.role;
    let (tree, today) = (service.server.units(), service.clock.now().local_day());
    let unit = |unit: &UnitId| MyUnit {
        unit: *unit,
        name: tree
            .get(*unit, today)
            .map(|found| found.full_name_vi())
            .unwrap_or_default(),
    };
    let caller = Caller::Person(Box::new(account.clone()));
    let duties = [
        ("figures", caller.has_somewhere(Duty::Figures)),
        ("dossiers", reads_dossiers(role)),
        ("decide", caller.has_somewhere(Duty::Decide)),
        ("devices", caller.has_somewhere(Duty::Devices)),
        ("erase", caller.has_somewhere(Duty::Erase)),
        ("audit", caller.has_somewhere(Duty::Audit)),
        ("refound", caller.has_somewhere(Duty::Refound)),
        ("import-people", caller.has_somewhere(Duty::ImportPeople)),
        ("import-targets", caller.has_somewhere(Duty::ImportTargets)),
        ("freeze", caller.has_somewhere(Duty::Freeze)),
        ("lend", caller.has_somewhere(Duty::Lend)),
    ];
    let invites = Role::ALL
        .iter()
        .filter(|whom| caller.has_somewhere(Duty::Invite(**whom)));
    AboutMe {
        name: name.to_string(),
        person: record.person.clone(),
        role: role.name(),
        units: record.grant.units.iter().map(unit).collect(),
        may: duties
            .into_iter()
            .filter(|(_, may)| *may)
            .map(|(name, _)| name)
            .collect(),
        invites: invites.map(|role| role.name()).collect(),
    }
}

/// Whether the role reads residents' dossiers in its units.
pub(super) fn reads_dossiers(role: Role) -> bool {
    shared::permission::may_pull(role, Audience::Team, Standing::Hamlet)
}
