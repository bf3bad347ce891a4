/**
 * The only addresses this app makes the browser run: its own workers and its service worker.
 *
 * The pages' policy forbids every other way (`require-trusted-types-for 'script'`), so that a text
 * somebody typed can never become a script, whatever mistake is made with it.
 */

interface Policy {
  createScriptURL(address: string): string;
}

interface TrustedTypes {
  createPolicy(name: string, rules: Policy): Policy;
}

let policy: Policy | undefined;

/** The address as the browser wants it for a script, if it is one of ours. */
export function scriptUrl(address: string | URL): string {
  policy ??= policyHere();
  return policy.createScriptURL(String(address));
}

const RULES: Policy = {
  createScriptURL(address) {
    if (new URL(address, self.location.href).origin !== self.location.origin) throw new TypeError('a script of somebody else');
    return address;
  },
};

/** Browsers without trusted types take the text itself. */
function policyHere(): Policy {
  const { trustedTypes } = self as { trustedTypes?: TrustedTypes };
  return trustedTypes?.createPolicy('sampan', RULES) ?? RULES;
}
