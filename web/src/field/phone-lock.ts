/**
 * The phone's own lock as a key: whoever opens it with a finger, a face or the phone's code makes
 * its authenticator give 32 bytes that nobody reads out of a copy of the storage (WebAuthn's PRF).
 *
 * The browser asks only for a page that is looked at, so this runs in the page; what is locked with
 * the bytes is the worker's.
 */
const SALT_BYTES = 32;
/** ES256 and RS256, of which every authenticator knows one. */
const ALGORITHMS = [-7, -257];

/** What the phone's lock is asked with; no secret. */
export interface PhoneLock {
  credential: Uint8Array<ArrayBuffer>;
  salt: Uint8Array<ArrayBuffer>;
}

/** The bytes behind a phone's lock. */
export type LockSecret = Uint8Array<ArrayBuffer>;

/** Why the lock gave nothing: this phone has none that does, or it was not opened. */
export type NotOpened = 'cannot' | 'closed';

/** Whether it may be offered. Browsers that cannot say are asked for more only when somebody wants it. */
export async function mayHavePhoneLock(): Promise<boolean> {
  if (!('PublicKeyCredential' in self)) return false;
  const told = 'getClientCapabilities' in PublicKeyCredential ? await PublicKeyCredential.getClientCapabilities() : {};
  if (told['extension:prf'] === false) return false;
  return PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable();
}

/** Makes a key behind the lock. To be called from a press: browsers demand one. */
export async function makePhoneLock(): Promise<{ lock: PhoneLock; secret: LockSecret } | NotOpened> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const made = await asked(() => navigator.credentials.create({ publicKey: wanted(salt) }));
  if (made === null) return 'closed';
  const { prf } = made.getClientExtensionResults();
  const lock = { credential: new Uint8Array(made.rawId), salt };
  if (prf?.results?.first) return { lock, secret: bytesOf(prf.results.first) };
  if (prf?.enabled !== true) return 'cannot';
  const secret = await openPhoneLock(lock);
  return typeof secret === 'string' ? secret : { lock, secret };
}

/** The bytes behind the lock, once its owner has opened it. */
export async function openPhoneLock({ credential, salt }: PhoneLock): Promise<LockSecret | NotOpened> {
  const publicKey: PublicKeyCredentialRequestOptions = {
    challenge: crypto.getRandomValues(new Uint8Array(32)),
    allowCredentials: [{ type: 'public-key', id: credential, transports: ['internal'] }],
    userVerification: 'required',
    extensions: { prf: { eval: { first: salt } } },
  };
  const opened = await asked(() => navigator.credentials.get({ publicKey }));
  if (opened === null) return 'closed';
  const first = opened.getClientExtensionResults().prf?.results?.first;
  return first ? bytesOf(first) : 'cannot';
}

/** Nobody is named: whoever looks through the phone's passkeys learns the app's name. */
function wanted(salt: Uint8Array<ArrayBuffer>): PublicKeyCredentialCreationOptions {
  return {
    challenge: crypto.getRandomValues(new Uint8Array(32)),
    rp: { name: 'Sampan' },
    user: { id: crypto.getRandomValues(new Uint8Array(16)), name: 'Sampan', displayName: 'Sampan' },
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    // Androids give such bytes for discoverable keys alone.
    authenticatorSelection: { authenticatorAttachment: 'platform', residentKey: 'required', userVerification: 'required' },
    attestation: 'none',
    extensions: { prf: { eval: { first: salt } } },
  };
}

/** `null` if its owner said no, or the phone did. */
async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential | null> {
  try {
    return (await ask()) as PublicKeyCredential | null;
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

function bytesOf(source: BufferSource): Uint8Array<ArrayBuffer> {
  const view = ArrayBuffer.isView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength) : new Uint8Array(source);
  return new Uint8Array(view);
}
