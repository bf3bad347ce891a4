//! Practice: a hamlet that does not exist, to try everything in before it counts.
//!
//! A phone that practises is a phone like any other, in storage of its own, whose server is this
//! module. The server's keys stand in this file for everybody to read, so no real phone has ever
//! trusted them: what is entered here could not be sent anywhere if somebody tried.

use shared::enrol::{Assignment, EnrolAnswer, EnrolRequest, EnrolState, Invite, ServerKeys};
use shared::id::{Audience, DeviceId, StreamId, TeamId, UnitId};
use shared::names::Names;
use shared::permission::{Grant, Role};
use shared::pull::PullRequest;
use shared::seal::OpeningKey;
use shared::signed::{self, DeviceKey, Signed};

/// The hamlet that does not exist.
const HAMLET: UnitId = UnitId(4_000_000_000);

/// The invite to practise with.
#[must_use]
pub fn invite() -> Invite {
    Invite::from_bytes(*b"sampan practice!")
}

/// The answer to an enrolment request made with [`invite`]; `None` for anything else.
#[must_use]
pub fn enrolled(request: &[u8]) -> Option<Vec<u8>> {
    let request = EnrolRequest::receive(request).ok()?;
    request.check(&invite().key()).ok()?;
    let stream = StreamId {
        unit: HAMLET,
        audience: Audience::Team,
    };
    let assignment = Assignment {
        version: 1,
        grant: Grant {
            role: Role::TeamMember,
            units: vec![HAMLET],
            team: TeamId(1),
        },
        streams: vec![stream],
    };
    let keys = ServerKeys {
        signing: server().public(),
        sealing: vec![OpeningKey::from_bytes(*b"nothing sealed to this is secret").sealing()],
    };
    let state = EnrolState::Active(assignment);
    let answer = EnrolAnswer::new(request.keys.device(), 1, state, keys, &invite().key());
    signed::sign(&answer, &server()).ok()
}

/// The answer to a request for names; `hamlet` in the reader's language.
#[must_use]
pub fn names(request: &[u8], hamlet: String) -> Option<Vec<u8>> {
    let device: DeviceId = Signed::<PullRequest>::read(request).ok()?.claimed().device;
    let names = Names {
        device,
        units: vec![(HAMLET, hamlet)],
        people: Vec::new(),
        colleagues: Vec::new(),
    };
    signed::sign(&names, &server()).ok()
}

fn server() -> DeviceKey {
    DeviceKey::from_seed(*b"a practice server, known to all!")
}
