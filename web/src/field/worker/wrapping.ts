/** How the data key lies on the phone: wrapped under what its owner gives and a secret of this browser. */

export const KEY_BYTES = 32;

/** A wrapped data key, and this browser's part of what opens it. */
export interface Wrapped {
  /** Made here, and never to be read: whoever copies the files has no part of the key. */
  pepper: CryptoKey;
  nonce: Uint8Array<ArrayBuffer>;
  wrapped: Uint8Array<ArrayBuffer>;
}

/** What its owner gave, and what it was salted with. */
export interface Given {
  secret: Uint8Array<ArrayBuffer>;
  salt: Uint8Array<ArrayBuffer>;
  /** No key of one way serves another. */
  purpose: string;
}

/** Wraps a new data key. */
export async function wrapNew(given: Given): Promise<{ dataKey: Uint8Array<ArrayBuffer>; kept: Wrapped }> {
  const [dataKey, nonce] = [random(KEY_BYTES), random(12)];
  const pepper = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const key = await wrappingKey(given, pepper);
  const wrapped = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, key, dataKey));
  return { dataKey, kept: { pepper, nonce, wrapped } };
}

/** The data key; `null` if something else was given. */
export async function unwrap(given: Given, { pepper, nonce, wrapped }: Wrapped): Promise<Uint8Array<ArrayBuffer> | null> {
  const key = await wrappingKey(given, pepper);
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce }, key, wrapped));
  } catch (error) {
    if (error instanceof DOMException && error.name === 'OperationError') return null;
    throw error;
  }
}

export function random(bytes: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(bytes));
}

async function wrappingKey({ secret, salt, purpose }: Given, pepper: CryptoKey): Promise<CryptoKey> {
  const bound = new Uint8Array(await crypto.subtle.sign('HMAC', pepper, salt));
  const both = await crypto.subtle.importKey('raw', new Uint8Array([...secret, ...bound]), 'HKDF', false, ['deriveKey']);
  const how = { name: 'HKDF', hash: 'SHA-256', salt, info: new TextEncoder().encode(purpose) };
  return crypto.subtle.deriveKey(how, both, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}
