/** What `client-wasm/history` exports; the files come from `cargo xtask wasm`. */

/** Loads the module from its address. */
export default function init(from: { module_or_path: string }): Promise<unknown>;

/** `agrees`, `incomplete`, or how automerge and the row differ. */
export declare function confirm(account: Uint8Array): string;

/** The document as automerge saves it, if the account is whole. */
export declare function document(account: Uint8Array): Uint8Array | undefined;
