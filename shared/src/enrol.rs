//! Enrolment: how a phone becomes a device that the server knows.
//!
//! 1. A coordinator's screen shows an [`Invite`] as a QR code, in the fragment of a link, for one
//!    use within a day. The server keeps its [`InviteId`] and [`InviteKey`], never the secret.
//! 2. The phone makes its two key pairs and sends a signed [`EnrolRequest`], which proves
//!    knowledge of the invite without showing it. The first request binds the invite.
//! 3. Both screens show the [`CheckCode`]; the coordinator compares and confirms, so that a
//!    photographed QR code is not enough.
//! 4. The phone asks until the signed [`EnrolAnswer`] says active or refused. The answer proves
//!    knowledge of the invite in turn: the phone trusts the server's keys because of the code it
//!    scanned.
//!
//! Requests are signed under `sampan/enrol-request/v1`, answers under `sampan/enrol-answer/v1`.
//! Proofs are HMAC-SHA256 under the invite's key over a domain-separated SHA-256.

use core::fmt;
use core::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use sha2::Sha256;

use crate::hash;
use crate::id::{DeviceId, StreamId};
use crate::limits::{ASSIGNMENT_STREAMS_MAX, ENROL_BYTES_MAX};
use crate::permission::Grant;
use crate::seal::{SealingKey, few_keys};
use crate::signed::{BadSignature, DevicePublic, Signable, Signed, SignedError};

/// The secret of an invitation: 16 random bytes.
///
/// `Display` and `FromStr` use the 22 characters of base64url that stand in the link's fragment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Invite([u8; 16]);

impl Invite {
    /// The invite with this secret.
    #[must_use]
    pub fn from_bytes(secret: [u8; 16]) -> Self {
        Self(secret)
    }

    /// The name under which the server keeps the invite; it does not give the secret away.
    #[must_use]
    pub fn id(&self) -> InviteId {
        InviteId(hash::derive("sampan/invite", &[&self.0]))
    }

    /// The key with which both sides prove that they know the invite.
    #[must_use]
    pub fn key(&self) -> InviteKey {
        InviteKey(hash::digest("sampan/invite-key", &[&self.0]))
    }
}

impl fmt::Display for Invite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for Invite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Invite(..)")
    }
}

impl FromStr for Invite {
    type Err = BadInvite;

    fn from_str(text: &str) -> Result<Self, BadInvite> {
        // Checked first, so that a long text is never decoded.
        if text.len() != 22 {
            return Err(BadInvite);
        }
        let secret = URL_SAFE_NO_PAD.decode(text).map_err(|_| BadInvite)?;
        Ok(Self(secret.try_into().map_err(|_| BadInvite)?))
    }
}

/// The text is not an invite: scan the code again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an invite: 22 characters of base64url are needed, scan the code again")]
pub struct BadInvite;

/// An invite's public name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InviteId(pub [u8; 16]);

/// What the server keeps of an invite's secret. It proves the invite, so it is stored like one.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteKey(pub [u8; 32]);

impl InviteKey {
    /// The code for both screens.
    #[must_use]
    pub fn check_code(&self, keys: &EnrolKeys) -> CheckCode {
        let [a, b, c, d, ..] = self.prove(&keys.digest("sampan/enrol-check-code"));
        CheckCode(u32::from_le_bytes([a, b, c, d]) % 1_000_000)
    }

    fn prove(&self, digest: &[u8; 32]) -> [u8; 32] {
        self.hmac(digest).finalize().into_bytes().into()
    }

    /// Compares in constant time.
    fn check(&self, digest: &[u8; 32], proof: &[u8; 32]) -> Result<(), BadProof> {
        self.hmac(digest).verify_slice(proof).map_err(|_| BadProof)
    }

    fn hmac(&self, digest: &[u8; 32]) -> Hmac<Sha256> {
        Hmac::<Sha256>::new_from_slice(&self.0)
            .expect("HMAC takes a key of any length")
            .chain_update(digest)
    }
}

impl fmt::Debug for InviteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InviteKey(..)")
    }
}

/// Six digits that the phone and the coordinator's screen both show; printed with all zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CheckCode(u32);

impl fmt::Display for CheckCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

/// The public keys a device brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolKeys {
    /// Verifies its bundles.
    pub signing: DevicePublic,
    /// Seals news to it.
    pub sealing: SealingKey,
}

impl EnrolKeys {
    /// The id of the device with these keys.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        DeviceId::enrolled_with(&self.signing.0)
    }

    fn digest(&self, domain: &str) -> [u8; 32] {
        hash::digest(domain, &[&self.signing.0, &self.sealing.0])
    }
}

/// A phone's wish to become a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolRequest {
    /// The device's keys; its id follows from them.
    pub keys: EnrolKeys,
    /// Which invite is used.
    pub invite: InviteId,
    proof: [u8; 32],
}

impl Signable for EnrolRequest {
    const DOMAIN: &'static str = "sampan/enrol-request/v1";
    const BYTES_MAX: usize = ENROL_BYTES_MAX;
}

impl EnrolRequest {
    /// The request of a device with `keys` that scanned `invite`; send it signed with the
    /// device's key.
    #[must_use]
    pub fn new(keys: EnrolKeys, invite: &Invite) -> Self {
        let proof = invite.key().prove(&keys.digest("sampan/enrol-request"));
        Self {
            keys,
            invite: invite.id(),
            proof,
        }
    }

    /// A request whose sender owns the signing key it brings.
    ///
    /// # Errors
    /// [`SignedError`]: the phone builds its request anew.
    pub fn receive(bytes: &[u8]) -> Result<Self, SignedError> {
        let signed = Signed::<Self>::read(bytes)?;
        let own = signed.claimed().keys.signing;
        Ok(signed.verify(&own)?)
    }

    /// Checks, in constant time, that the sender knew the invite's secret.
    ///
    /// # Errors
    /// [`BadProof`] if not: answer as for an unknown invite.
    pub fn check(&self, invite: &InviteKey) -> Result<(), BadProof> {
        invite.check(&self.keys.digest("sampan/enrol-request"), &self.proof)
    }
}

/// The other side does not know the invite. Scan a fresh code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the other side does not know the invite: scan a fresh code")]
pub struct BadProof;

/// The keys a server is known by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerKeys {
    /// Verifies its receipts and answers.
    pub signing: DevicePublic,
    /// Bundles are sealed to one of these, preferred first, at most
    /// [`crate::limits::SEALING_KEYS_MAX`].
    #[serde(deserialize_with = "few_keys")]
    pub sealing: Vec<SealingKey>,
}

/// The server's answer to an [`EnrolRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolAnswer {
    /// Who is answered.
    pub device: DeviceId,
    /// The server's epoch, as in receipts.
    pub epoch: u32,
    /// How far the enrolment is.
    pub state: EnrolState,
    /// The server's keys.
    pub server: ServerKeys,
    proof: [u8; 32],
}

impl Signable for EnrolAnswer {
    const DOMAIN: &'static str = "sampan/enrol-answer/v1";
    const BYTES_MAX: usize = ENROL_BYTES_MAX;
}

impl EnrolAnswer {
    /// The answer to `device`; send it signed with the server's key.
    #[must_use]
    pub fn new(
        device: DeviceId,
        epoch: u32,
        state: EnrolState,
        server: ServerKeys,
        invite: &InviteKey,
    ) -> Self {
        let proof = invite.prove(&answer_digest(device, &server));
        Self {
            device,
            epoch,
            state,
            server,
            proof,
        }
    }

    /// An answer to `device` from a server that knows the invite.
    ///
    /// # Errors
    /// [`EnrolAnswerError`]: the phone asks again, or scans a fresh code.
    pub fn receive(
        bytes: &[u8],
        device: DeviceId,
        invite: &Invite,
    ) -> Result<Self, EnrolAnswerError> {
        let signed = Signed::<Self>::read(bytes)?;
        let claimed = signed.claimed();
        if claimed.device != device {
            return Err(EnrolAnswerError::OtherDevice);
        }
        let digest = answer_digest(device, &claimed.server);
        invite.key().check(&digest, &claimed.proof)?;
        let own = claimed.server.signing;
        Ok(signed.verify(&own)?)
    }
}

/// How far an enrolment is. On the wire in the order of the variants, from 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EnrolState {
    /// A coordinator has yet to compare the check code: ask again later. The device may record
    /// as if it were active; what it sends is held until then.
    Pending(Assignment),
    /// The device may work.
    Active(Assignment),
    /// A coordinator said no: the invite is spent.
    Refused,
}

/// What a device's person may do and where, and what the device follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Grows with every new assignment of the device.
    pub version: u32,
    /// Role, units and team.
    pub grant: Grant,
    /// The streams to follow, the device's own hamlets first, at most [`ASSIGNMENT_STREAMS_MAX`].
    #[serde(deserialize_with = "few_streams")]
    pub streams: Vec<StreamId>,
}

/// Why an answer to an enrolment is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnrolAnswerError {
    /// Too long or malformed: ask again.
    #[error("the answer cannot be read: ask again")]
    Signed(#[from] SignedError),
    /// Not signed by the server it names: ask again.
    #[error(transparent)]
    Signature(#[from] BadSignature),
    /// Somebody else's answer: ask again.
    #[error("the answer is for another device: ask again")]
    OtherDevice,
    /// Not from the server that made the invite.
    #[error(transparent)]
    Proof(#[from] BadProof),
}

fn answer_digest(device: DeviceId, server: &ServerKeys) -> [u8; 32] {
    hash::digest("sampan/enrol-answer", &[&device.0, &server.signing.0])
}

fn few_streams<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<StreamId>, D::Error> {
    let streams = Vec::<StreamId>::deserialize(from)?;
    if streams.len() > ASSIGNMENT_STREAMS_MAX {
        return Err(D::Error::invalid_length(streams.len(), &"few streams"));
    }
    Ok(streams)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden;
    use crate::id::{Audience, TeamId, UnitId};
    use crate::limits::SEALING_KEYS_MAX;
    use crate::permission::Role;
    use crate::seal::OpeningKey;
    use crate::signed::{DeviceKey, sign};
    use proptest::prelude::*;

    fn invite() -> Invite {
        Invite::from_bytes([0x77; 16])
    }

    fn phone(seed: u8) -> (DeviceKey, EnrolKeys) {
        let key = DeviceKey::from_seed([seed; 32]);
        let sealing = OpeningKey::from_bytes([seed; 32]).sealing();
        let keys = EnrolKeys {
            signing: key.public(),
            sealing,
        };
        (key, keys)
    }

    fn server() -> (DeviceKey, ServerKeys) {
        let key = DeviceKey::from_seed([0x66; 32]);
        let sealing = vec![OpeningKey::from_bytes([0x11; 32]).sealing()];
        let keys = ServerKeys {
            signing: key.public(),
            sealing,
        };
        (key, keys)
    }

    fn answer(state: EnrolState, invite: &Invite) -> Vec<u8> {
        let (key, keys) = server();
        let device = phone(1).1.device();
        sign(
            &EnrolAnswer::new(device, 1, state, keys, &invite.key()),
            &key,
        )
        .unwrap()
    }

    #[test]
    fn an_invite_prints_and_parses_and_hides_in_logs() {
        let text = invite().to_string();
        assert_eq!(text, "d3d3d3d3d3d3d3d3d3d3dw");
        assert_eq!(text.parse(), Ok(invite()));
        assert_eq!("d3d3d3d3d3d3d3d3d3d3dx".parse::<Invite>(), Err(BadInvite));
        assert_eq!("d3d3".parse::<Invite>(), Err(BadInvite));
        assert_eq!(
            format!("{:?}{:?}", invite(), invite().key()),
            "Invite(..)InviteKey(..)"
        );
    }

    #[test]
    fn a_phone_with_the_invite_enrols_and_learns_the_servers_keys() {
        let (key, keys) = phone(1);
        let bytes = sign(&EnrolRequest::new(keys, &invite()), &key).unwrap();
        let request = EnrolRequest::receive(&bytes).unwrap();
        assert_eq!(request.invite, invite().id());
        assert_eq!(request.check(&invite().key()), Ok(()));
        let pending = answer(EnrolState::Pending(assignment()), &invite());
        let answer = EnrolAnswer::receive(&pending, keys.device(), &invite()).unwrap();
        assert_eq!(
            (answer.state, answer.server),
            (EnrolState::Pending(assignment()), server().1)
        );
    }

    fn assignment() -> Assignment {
        let stream = |audience| StreamId {
            unit: UnitId(300),
            audience,
        };
        Assignment {
            version: 1,
            grant: Grant {
                role: Role::CommunePolice,
                units: vec![UnitId(300)],
                team: TeamId(7),
            },
            streams: vec![stream(Audience::Team), stream(Audience::Police)],
        }
    }

    #[test]
    fn golden_enrolment_is_read_as_written() {
        let (key, keys) = phone(1);
        let request = sign(&EnrolRequest::new(keys, &invite()), &key).unwrap();
        golden::check("enrol/request.hex", &golden::hex(&request));
        for (name, state) in [
            ("pending", EnrolState::Pending(assignment())),
            ("active", EnrolState::Active(assignment())),
            ("refused", EnrolState::Refused),
        ] {
            let bytes = answer(state.clone(), &invite());
            golden::check(&format!("enrol/{name}.hex"), &golden::hex(&bytes));
            let answer = EnrolAnswer::receive(&bytes, keys.device(), &invite()).unwrap();
            assert_eq!(answer.state, state);
        }
        let code = invite().key().check_code(&keys);
        golden::check("enrol/check-code.txt", &format!("{code}\n"));
    }

    #[test]
    fn without_the_invite_nothing_is_proved() {
        let (key, keys) = phone(1);
        let other = Invite::from_bytes([0x78; 16]);
        let request = EnrolRequest::new(keys, &other);
        assert_eq!(request.check(&invite().key()), Err(BadProof));
        let foreign = answer(EnrolState::Pending(assignment()), &other);
        let refused = EnrolAnswer::receive(&foreign, keys.device(), &invite());
        assert_eq!(refused, Err(EnrolAnswerError::Proof(BadProof)));
        let stolen = EnrolRequest {
            keys: phone(2).1,
            ..EnrolRequest::new(keys, &invite())
        };
        assert_eq!(stolen.check(&invite().key()), Err(BadProof));
        let unsigned = sign(&stolen, &key).unwrap();
        let refused = EnrolRequest::receive(&unsigned);
        assert_eq!(refused, Err(SignedError::Signature(BadSignature)));
    }

    #[test]
    fn an_answer_for_another_device_is_not_believed() {
        let pending = answer(EnrolState::Pending(assignment()), &invite());
        let refused = EnrolAnswer::receive(&pending, phone(2).1.device(), &invite());
        assert_eq!(refused, Err(EnrolAnswerError::OtherDevice));
    }

    #[test]
    fn the_check_code_depends_on_secret_and_keys() {
        let code = invite().key().check_code(&phone(1).1);
        assert_eq!(code.to_string().len(), 6);
        assert_ne!(code, invite().key().check_code(&phone(2).1));
        assert_ne!(
            code,
            Invite::from_bytes([0x78; 16]).key().check_code(&phone(1).1)
        );
        assert_eq!(CheckCode(42).to_string(), "000042");
    }

    #[test]
    fn the_longest_answer_fits_its_bound_and_a_longer_one_is_refused() {
        let stream = StreamId {
            unit: UnitId(u32::MAX),
            audience: Audience::Police,
        };
        let grant = |streams| Assignment {
            version: u32::MAX,
            grant: Grant {
                role: Role::TeamLead,
                units: vec![UnitId(u32::MAX); 8],
                team: TeamId(u32::MAX),
            },
            streams: vec![stream; streams],
        };
        let (key, mut keys) = server();
        keys.sealing = vec![SealingKey([0xff; 32]); SEALING_KEYS_MAX];
        let device = phone(1).1.device();
        let send = |streams| {
            let state = EnrolState::Active(grant(streams));
            let answer = EnrolAnswer::new(device, 1, state, keys.clone(), &invite().key());
            EnrolAnswer::receive(&sign(&answer, &key).unwrap(), device, &invite())
        };
        assert!(send(ASSIGNMENT_STREAMS_MAX).is_ok());
        let refused = send(ASSIGNMENT_STREAMS_MAX + 1);
        assert_eq!(
            refused,
            Err(EnrolAnswerError::Signed(SignedError::Malformed))
        );
    }

    proptest! {
        #[test]
        fn changed_messages_are_refused_without_panic(at: prop::sample::Index, flip in 1u8..) {
            let (key, keys) = phone(1);
            let mut request = sign(&EnrolRequest::new(keys, &invite()), &key).unwrap();
            let index = at.index(request.len());
            request[index] ^= flip;
            prop_assert!(EnrolRequest::receive(&request).is_err());
            let mut answer = answer(EnrolState::Refused, &invite());
            let index = at.index(answer.len());
            answer[index] ^= flip;
            prop_assert!(EnrolAnswer::receive(&answer, keys.device(), &invite()).is_err());
        }
    }
}
